/** The internal notes of one conversation, which only the team sees (SPEC §4). */

export class Notes {
  #byId = new Map();
  #pending = [];

  /** In the order in which they stand among the messages. */
  get all() {
    return [...this.#byId.values()].sort(
      (one, other) => one.afterSeq - other.afterSeq || Date.parse(one.sentAt) - Date.parse(other.sentAt),
    );
  }

  /** Unsent notes of the outbox. */
  get pending() {
    return this.#pending;
  }

  /** Takes a note as the server told it; twice is once. */
  apply(note) {
    this.#byId.set(note.id, note);
    this.setPending(this.#pending);
  }

  has(clientMessageId) {
    return this.all.some((note) => note.clientMessageId === clientMessageId);
  }

  /** Shows these outbox entries, but for those that are stored already. */
  setPending(entries) {
    this.#pending = entries.filter((entry) => !this.has(entry.clientMessageId));
  }
}
