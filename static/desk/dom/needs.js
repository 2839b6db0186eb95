/** What a waiting chat needs, in words. */

/** The server's numbers have no names; nought is what every chat has unless somebody said otherwise. */
export function priorityWords(priority) {
  return priority === 0 ? "" : `Priority ${priority > 0 ? "+" : "−"}${Math.abs(priority)}`;
}
