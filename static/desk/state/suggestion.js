/** A reply that the assistant suggests, as it is written after what the agent has written (SPEC §9). */

import { Stream } from "../../shared/stream.js";

export class Suggestion {
  chatId;
  #before;
  #stream = new Stream();
  #streamId = null;
  #early = [];

  /**
   * @param {string} chatId
   * @param {string} [draft]  what the agent has written already; it stays as it is
   */
  constructor(chatId, draft = "") {
    this.chatId = chatId;
    this.#before = draft.trim() ? `${draft}\n` : draft;
  }

  /** Whether something of it is there. */
  get hasText() {
    return Boolean(this.#stream.answer?.text);
  }

  /** What stands in the composer: the agent's words, and the suggested ones. */
  get text() {
    return this.#before + (this.#stream.answer?.text ?? "");
  }

  /** The server has begun to write; returns how it ended if it already has, else null. */
  confirm(streamId) {
    this.#streamId = streamId;
    return this.#early.splice(0).reduce((ending, part) => ending ?? this.apply(part), null);
  }

  /** Takes a `chat-stream` that is marked as a suggestion; returns the reason if it is the end, else null. */
  apply(part) {
    // Parts of an earlier one may still come, and the first of this one before the ack that names it.
    if (this.#streamId === null) this.#early.push(part);
    else if (part.streamId === this.#streamId) {
      if (part.event === "end") return part.reason;
      this.#stream.apply(part);
    }
    return null;
  }
}
