/** The round with a person's initials; the same person always has the same colour. */

import { initials } from "../../shared/text.js";
import { setAttribute, setText } from "./elements.js";

const HUES = 6;

export function renderAvatar(node, name) {
  setText(node, initials(name) || "?");
  setAttribute(node, "data-hue", hueOf(name));
}

function hueOf(name) {
  return Array.from(name).reduce((sum, letter) => sum + letter.codePointAt(0), 0) % HUES;
}
