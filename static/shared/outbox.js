/** Messages written but not yet acknowledged: kept, sent in order, each stored once (SPEC §4, §11). */

import { newClientMessageId } from "./ids.js";
import { keysWithPrefix, readJson, writeJson } from "./storage.js";

/** Refusals that may pass by themselves; every other refusal is final. */
const PASSING_ERRORS = new Set(["rate_limited", "unavailable", "internal_error", "timeout"]);

/**
 * @typedef {object} OutboxEntry
 * @property {string} clientMessageId  makes every resend the same message
 * @property {string|null} chatId      null until the conversation is known
 * @property {string} text
 * @property {object} [media]          a file that is uploaded already, sent with or without a text
 * @property {boolean} [isNote]        for the team alone
 * @property {string} sentAt           ISO 8601, the moment it was written
 * @property {number} order            sorts entries written in the same millisecond
 * @property {"pending"|"failed"} state
 * @property {{code: string, message: string}} [error]  why it failed
 */

export class Outbox {
  #storage;
  #prefix;
  #send;
  #onSent;
  #onChange;
  #now;
  #unstored = new Map();
  #order = 0;
  #flushing = false;

  /**
   * @param {object} options
   * @param {Storage|import("./storage.js").MemoryStorage} options.storage  where entries wait, also over a reload
   * @param {string} options.prefix  of this sender's keys, e.g. "helpdesk:outbox:<user id>:"
   * @param {(entry: OutboxEntry) => Promise<object>} options.send  resolves with the server's ack, rejects when none came
   * @param {(entry: OutboxEntry, ack: object) => void} [options.onSent]
   * @param {() => void} [options.onChange]
   * @param {() => number} [options.now]  milliseconds since 1970
   */
  constructor({ storage, prefix, send, onSent = () => {}, onChange = () => {}, now = Date.now }) {
    this.#storage = storage;
    this.#prefix = prefix;
    this.#send = send;
    this.#onSent = onSent;
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Keeps a message; it goes out with the next `flush`. Returns its entry. */
  add({ chatId = null, text = "", ...rest }) {
    const now = this.#now();
    // Later than anything kept, even when the clock was set back meanwhile.
    this.#order = Math.max(this.#order + 1, now, (this.entries().at(-1)?.order ?? 0) + 1);
    const entry = {
      clientMessageId: newClientMessageId(),
      chatId,
      text,
      ...rest,
      sentAt: new Date(now).toISOString(),
      order: this.#order,
      state: "pending",
    };
    this.#keep(entry);
    this.#onChange();
    return entry;
  }

  /** All entries, or one conversation's, in the order they were written. */
  entries(chatId) {
    const stored = keysWithPrefix(this.#storage, this.#prefix).map((key) => readJson(this.#storage, key));
    return [...stored, ...this.#unstored.values()]
      .filter((entry) => entry && (chatId === undefined || entry.chatId === chatId))
      .sort((one, other) => one.order - other.order);
  }

  /** Gives the entries without a conversation this one, before they are first sent. */
  address(chatId) {
    for (const entry of this.entries(null)) this.#keep({ ...entry, chatId });
  }

  /**
   * Sends what is pending, one after the other, until all is acknowledged or an answer fails to come.
   * Call it on every (re)connect and after `add`. Resolves to false when something still waits to be sent again.
   */
  async flush() {
    if (this.#flushing) return true;
    this.#flushing = true;
    try {
      for (let entry = this.#nextPending(); entry; entry = this.#nextPending()) {
        const ack = await this.#attempt(entry);
        if (ack === null) return false;
        this.#settle(entry, ack);
      }
      return true;
    } finally {
      this.#flushing = false;
    }
  }

  /** The message turned out to be stored already (it came with the history): nothing left to send. */
  confirm(clientMessageId) {
    if (!clientMessageId || !this.#find(clientMessageId)) return false;
    this.#forget(clientMessageId);
    this.#onChange();
    return true;
  }

  /** A failed message becomes pending again, in another conversation if one is named. */
  retry(clientMessageId, chatId) {
    const entry = this.#find(clientMessageId);
    if (!entry) return;
    this.#keep({ ...entry, chatId: chatId ?? entry.chatId, state: "pending", error: undefined });
    this.#onChange();
  }

  /** Drops a message for good. */
  discard(clientMessageId) {
    this.#forget(clientMessageId);
    this.#onChange();
  }

  #nextPending() {
    return this.entries().find((entry) => entry.state === "pending" && entry.chatId !== null);
  }

  /** The server's final word on this entry, or null when there is none yet. */
  async #attempt(entry) {
    try {
      const ack = await this.#send(entry);
      const passing = !ack?.ok && (!ack?.error || PASSING_ERRORS.has(ack.error.code));
      return passing ? null : ack;
    } catch {
      return null;
    }
  }

  #settle(entry, ack) {
    if (ack.ok) {
      this.#forget(entry.clientMessageId);
      this.#onSent(entry, ack);
    } else if (this.#find(entry.clientMessageId)) {
      this.#keep({ ...entry, state: "failed", error: ack.error });
    }
    this.#onChange();
  }

  #find(clientMessageId) {
    return this.entries().find((entry) => entry.clientMessageId === clientMessageId);
  }

  // Each entry has a key of its own: two tabs write at once and neither overwrites the other's list.
  #keep(entry) {
    if (writeJson(this.#storage, this.#prefix + entry.clientMessageId, entry)) {
      this.#unstored.delete(entry.clientMessageId);
    } else {
      this.#unstored.set(entry.clientMessageId, entry);
    }
  }

  #forget(clientMessageId) {
    this.#unstored.delete(clientMessageId);
    this.#storage.removeItem(this.#prefix + clientMessageId);
  }
}
