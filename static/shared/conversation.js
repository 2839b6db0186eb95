/** One conversation as a client knows it: messages by seq, what is missing, what is unread, what was read. */

import { isSystemMessage, revisionOf } from "./messages.js";
import { Stream } from "./stream.js";

export class Conversation {
  /** The latest `chat` object of an ack (SPEC §5), or null before the first join. */
  chat = null;

  #ownId;
  #isOwn;
  #bySeq = new Map();
  #pending = [];
  #serverLastSeq = 0;
  #ownReadSeq = 0;
  #unreadBeforeWindow = 0;
  #readSeqs = new Map();
  #stream = new Stream();

  /**
   * @param {object} options
   * @param {string|null} options.ownId  user id, as `readBy` names it
   * @param {(message: object) => boolean} options.isOwn  whether a confirmed message is from this side of the screen
   */
  constructor({ ownId = null, isOwn }) {
    this.#ownId = ownId;
    this.#isOwn = isOwn;
  }

  /** Confirmed messages in order of seq. */
  get messages() {
    return [...this.#bySeq.values()].sort((one, other) => one.seq - other.seq);
  }

  /** Unsent messages of the outbox that no confirmed message has replaced. */
  get pending() {
    return this.#pending;
  }

  /** The highest seq held; 0 without any. What a rejoin sends as `lastSeq`, unless `missingAfter` says less. */
  get lastSeq() {
    return Math.max(0, ...this.#bySeq.keys());
  }

  /** The lowest seq held; 0 without any. */
  get firstSeq() {
    return this.#bySeq.size ? Math.min(...this.#bySeq.keys()) : 0;
  }

  /** Whether the server has older messages than those held. */
  get hasOlder() {
    return this.firstSeq > 1;
  }

  /** The seq after which something is missing, to be named as `lastSeq` in a `join-chat`; null when nothing is. */
  get missingAfter() {
    let expected = this.firstSeq;
    while (this.#bySeq.has(expected)) expected += 1;
    const lastHeld = Math.max(0, expected - 1);
    return lastHeld < Math.max(this.lastSeq, this.#serverLastSeq) ? lastHeld : null;
  }

  /** The answer the assistant is just giving, `{id, text, tool}`, or null. */
  get stream() {
    return this.#stream.answer;
  }

  /** How many messages of others this user has not read; system lines do not count. */
  get unread() {
    const counted = this.messages.filter((message) => this.#counts(message) && message.seq > this.#ownReadSeq);
    return counted.length + this.#unreadBeforeWindow;
  }

  /** Takes a confirmed message in; false when it was held already. A message that comes again replaces the first. */
  apply(message) {
    const held = this.#bySeq.get(message.seq);
    this.#stream.applyMessage(message);
    // A page of history may have been read before an edit that was told before the page came.
    const isOutdated = held && revisionOf(message) < revisionOf(held);
    const isRead = Boolean(held?.isRead || message.isRead);
    this.#bySeq.set(message.seq, isOutdated ? { ...held, isRead } : { ...held, ...message, isRead });
    if (message.clientMessageId) this.#dropPending(message.clientMessageId);
    return held === undefined;
  }

  /** Takes a backlog or a page of history in; returns how many were new. */
  applyAll(messages) {
    return messages.filter((message) => this.apply(message)).length;
  }

  /** Replaces a held message that was edited or deleted; one not held stays unknown until it is fetched. */
  applyRevision(message) {
    if (this.#bySeq.has(message.seq)) this.apply(message);
  }

  /** Takes the `chat` of a join ack. Its backlog must have been applied before: `unread` is counted from the end of it. */
  applyChat(chat) {
    this.chat = null;
    this.#stream.settle();
    this.updateChat(chat);
    this.#serverLastSeq = Math.max(this.#serverLastSeq, chat.lastSeq ?? 0);
    const others = this.messages.filter((message) => this.#counts(message) && message.seq <= chat.lastSeq);
    const unread = chat.unread ?? 0;
    const firstUnread = unread ? others.at(-unread) : null;
    const readSeq = unread ? (firstUnread?.seq ?? this.firstSeq) - 1 : (chat.lastSeq ?? 0);
    this.#ownReadSeq = Math.max(this.#ownReadSeq, readSeq);
    this.#unreadBeforeWindow = Math.max(0, unread - others.length);
    for (const [readBy, seq] of Object.entries(chat.read ?? {})) if (readBy !== this.#ownId) this.applyRead({ readBy, seq });
  }

  /** Changes single fields of `chat`, as events tell them (status, handler, agent). */
  updateChat(changes) {
    this.chat = { ...this.chat, ...changes };
    if (this.chat.handler !== "assistant") this.#stream.end();
  }

  /** Takes a `chat-stream`, before the chat is described, too. What comes after somebody has taken it is not heard. */
  applyStream(part) {
    if (!this.chat || this.chat.handler === "assistant") this.#stream.apply(part, this.lastSeq);
  }

  /** The connection ended: until the next join nobody tells how the answer goes on. */
  interruptStream() {
    this.#stream.interrupt();
  }

  /** Takes a `message-read`: everybody's mark only ever moves forward. */
  applyRead({ readBy, seq }) {
    if (readBy === this.#ownId) {
      this.#ownReadSeq = Math.max(this.#ownReadSeq, seq);
      if (this.#ownReadSeq >= this.lastSeq) this.#unreadBeforeWindow = 0;
    } else {
      this.#readSeqs.set(readBy, Math.max(this.#readSeqs.get(readBy) ?? 0, seq));
    }
  }

  /** Counts all as read here and returns the last message, to be named in `mark-read`; null when nothing was unread. */
  markRead() {
    if (this.unread === 0) return null;
    this.#ownReadSeq = this.lastSeq;
    this.#unreadBeforeWindow = 0;
    return this.messages.at(-1);
  }

  /** "sent" or "read" for an own confirmed message, null for another's. */
  receiptOf(message) {
    if (!this.isOwn(message)) return null;
    const isRead = message.isRead || [...this.#readSeqs.values()].some((seq) => seq >= message.seq);
    return isRead ? "read" : "sent";
  }

  isOwn(message) {
    return !isSystemMessage(message) && this.#isOwn(message);
  }

  /** Shows these outbox entries after the confirmed messages, but for those confirmed already. */
  setPending(entries) {
    const confirmed = new Set(this.messages.map((message) => message.clientMessageId));
    this.#pending = entries.filter((entry) => !confirmed.has(entry.clientMessageId));
  }

  /** The ack of a sent entry puts it into its place before the room's copy arrives. */
  applyAck(entry, ack, author = {}) {
    if (this.#bySeq.has(ack.seq)) return this.#dropPending(entry.clientMessageId);
    this.apply({
      pk: ack.messageId,
      id: ack.messageId,
      chatId: entry.chatId,
      seq: ack.seq,
      text: entry.text,
      sentAt: ack.timestamp,
      type: entry.media?.type ?? "text",
      media: entry.media ?? null,
      clientMessageId: entry.clientMessageId,
      ...author,
    });
  }

  #dropPending(clientMessageId) {
    this.#pending = this.#pending.filter((entry) => entry.clientMessageId !== clientMessageId);
  }

  #counts(message) {
    return !isSystemMessage(message) && !this.#isOwn(message);
  }
}
