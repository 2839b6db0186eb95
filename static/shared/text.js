/** Plain text in pieces that are safe to show: only ever as text nodes and anchors, never as markup. */

export const MAX_TEXT_LENGTH = 10_000;

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/gi;
const TRAILING_PUNCTUATION = /[.,:;!?'"*_~]$/;

/**
 * Splits text into `{text}` and `{text, href}` pieces; joined, their texts are the whole input.
 * Only http and https become links, and `href` is what the URL parser makes of them.
 */
export function segments(text) {
  const pieces = [];
  let position = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    const href = webAddress(address);
    if (!href) continue;
    if (match.index > position) pieces.push({ text: text.slice(position, match.index) });
    pieces.push({ text: address, href });
    position = match.index + address.length;
  }
  if (position < text.length) pieces.push({ text: text.slice(position) });
  return pieces;
}

/** Characters as the server counts them: Unicode code points of the trimmed text (SPEC §4). */
export function textLength(text) {
  return Array.from(text.trim()).length;
}

/** Up to two letters that stand for a name, for an avatar. */
export function initials(name) {
  const words = (name ?? "").trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => Array.from(word)[0].toLocaleUpperCase()).join("");
}

function withoutTrailingPunctuation(address) {
  let end = address.length;
  let open = count(address, "(") - count(address, ")");
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    if (last === ")" && open < 0) open += 1;
    else if (!TRAILING_PUNCTUATION.test(last)) break;
  }
  return address.slice(0, end);
}

function webAddress(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function count(text, character) {
  return text.split(character).length - 1;
}
