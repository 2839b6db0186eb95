/** Questions and explanations on top of the page. */

import { MAX_TEXT_LENGTH, textLength } from "../../shared/text.js";
import { part } from "./elements.js";

/** Shows a dialog; resolves to the value of the button that closed it, "cancel" for Escape. */
function ask(dialog) {
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** Asks whether to close a chat. */
export async function confirmClose(customerName) {
  const dialog = document.getElementById("close-dialog");
  part(dialog, "name").textContent = customerName;
  return (await ask(dialog)) === "close";
}

/** Asks whether to delete a message. */
export async function confirmDelete(words) {
  const dialog = document.getElementById("delete-dialog");
  part(dialog, "words").textContent = words;
  return (await ask(dialog)) === "delete";
}

/** Lets a message be changed; resolves to the new words, null when they stay. */
export async function askForWords(text, { mayBeEmpty }) {
  const dialog = document.getElementById("edit-dialog");
  const field = part(dialog, "text");
  const save = part(dialog, "save");
  const check = () => {
    const length = textLength(field.value);
    save.disabled = length > MAX_TEXT_LENGTH || (length === 0 && !mayBeEmpty);
  };
  field.value = text;
  field.oninput = check;
  check();
  const answer = ask(dialog);
  field.setSelectionRange(text.length, text.length);
  const words = (await answer) === "save" ? field.value.trim() : text;
  return words === text ? null : words;
}

export function showShortcuts() {
  document.getElementById("shortcuts-dialog").showModal();
}
