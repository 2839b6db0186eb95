/** What was begun in each chat and not sent. */
export class Drafts {
  #storage;
  #prefix;

  /**
   * @param {Storage|import("../../shared/storage.js").MemoryStorage} storage
   * @param {string} prefix  of this agent's keys
   */
  constructor(storage, prefix) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  get(chatId) {
    return this.#storage.getItem(this.#prefix + chatId) ?? "";
  }

  /** Keeps a draft; an empty one is forgotten. False when the storage is full: the words stay in the composer only. */
  set(chatId, text) {
    try {
      if (text) this.#storage.setItem(this.#prefix + chatId, text);
      else this.#storage.removeItem(this.#prefix + chatId);
      return true;
    } catch {
      return false;
    }
  }
}
