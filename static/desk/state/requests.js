/** What this agent is asked just now: to take a chat that waits, or one that a colleague hands on (SPEC §5.2). */

import { personName } from "./people.js";

/**
 * @typedef {object} ChatRequest
 * @property {string} chatId
 * @property {string} customerName
 * @property {string} queueName        or ""
 * @property {string} preview          the customer's last words, or ""
 * @property {string|null} since       ISO 8601, since when the customer waits
 * @property {number} priority
 * @property {string[]} skills         what the chat needs
 * @property {string|null} fromName    the colleague who hands it on; null for a chat that waits
 * @property {string} note             the colleague's words, or ""
 * @property {string} expiresAt        ISO 8601
 * @property {number} timeoutSeconds   how long the answer may take
 */

export class Requests {
  #byChat = new Map();

  /** The first to run out comes first. @returns {ChatRequest[]} */
  get all() {
    return [...this.#byChat.values()].sort((one, other) => Date.parse(one.expiresAt) - Date.parse(other.expiresAt));
  }

  /** The one that is answered by keyboard, or null. */
  get first() {
    return this.all[0] ?? null;
  }

  has(chatId) {
    return this.#byChat.has(chatId);
  }

  get(chatId) {
    return this.#byChat.get(chatId) ?? null;
  }

  /** Takes a `chat-request` or a `transfer-request`; the same one comes again after a reconnect. */
  add({ chatId, customer, queue, preview, since, priority, skills, expiresAt, timeoutSeconds, fromAgent = null, note = "" }) {
    this.#byChat.set(chatId, {
      chatId,
      customerName: personName(customer) ?? "Visitor",
      queueName: queue?.name ?? "",
      preview: preview ?? "",
      since: since ?? null,
      priority: priority ?? 0,
      skills: skills ?? [],
      fromName: personName(fromAgent),
      note: note ?? "",
      expiresAt,
      timeoutSeconds,
    });
  }

  /** It is over; returns what was asked, or null. */
  remove(chatId) {
    const request = this.#byChat.get(chatId) ?? null;
    this.#byChat.delete(chatId);
    return request;
  }

  /** Without a connection nothing can be answered; what is still asked is told again with the next one. */
  clear() {
    this.#byChat.clear();
  }
}

/** Whole seconds left for the answer; never more than it may take, however wrong this computer's clock is. */
export function secondsLeft({ expiresAt, timeoutSeconds }, now = Date.now()) {
  return Math.min(timeoutSeconds, Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 1000)));
}
