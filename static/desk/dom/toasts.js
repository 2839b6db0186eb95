/** Short notices in the corner. */

import { fromTemplate, part } from "./elements.js";

const SHOWN_MILLISECONDS = 6000;
/** An error is for reading, not for glancing. */
const ERROR_SHOWN_MILLISECONDS = 12_000;
const MOST = 4;

/** @param {"error"|undefined} kind */
export function showToast(text, kind = undefined) {
  const place = document.getElementById("toasts");
  const toast = fromTemplate("toast");
  part(toast, "text").textContent = text;
  toast.classList.toggle("error", kind === "error");
  part(toast, "dismiss").addEventListener("click", () => toast.remove());
  place.append(toast);
  while (place.children.length > MOST) place.firstElementChild.remove();
  setTimeout(() => toast.remove(), kind === "error" ? ERROR_SHOWN_MILLISECONDS : SHOWN_MILLISECONDS);
}
