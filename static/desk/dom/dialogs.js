/** Questions and explanations on top of the page. */

import { part } from "./elements.js";

/** Asks whether to close a chat; resolves to the answer. Escape means no. */
export function confirmClose(customerName) {
  const dialog = document.getElementById("close-dialog");
  part(dialog, "name").textContent = customerName;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "close"), { once: true });
  });
}

export function showShortcuts() {
  document.getElementById("shortcuts-dialog").showModal();
}
