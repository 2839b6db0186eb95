/** The visitor's conversation: joins it, keeps its state as the server tells it, sends what the visitor does. */

import { systemClock } from "../shared/clock.js";
import { Conversation } from "../shared/conversation.js";
import { isSystemMessage } from "../shared/messages.js";
import { TypingSender, TypingTracker } from "../shared/typing.js";
import { chatChanges } from "./chat_changes.js";

/** An ack may overtake a message of the room; only what is still missing after this is asked for. */
const GAP_PATIENCE_MILLISECONDS = 1500;
/** Events of the server that are events of the SDK, too. */
const PASSED_ON = new Set(["chat-assigned", "chat-transferred", "queue-timeout"]);

export class LiveConversation {
  /** @type {Conversation|null} null until joined */
  state = null;
  /** ISO 8601, when it will be closed if nobody says anything; null without a warning. */
  closesAt = null;
  /** `{position, eta}` in the queue, `eta` in seconds or null; null while it is not known. */
  queue = null;
  typing;

  #socket;
  #outbox;
  #loadMessages;
  #emit;
  #clock;
  #ownId = null;
  #early = [];
  #unreadMark = null;
  #gapTimer = null;
  #typingSender;

  /**
   * @param {object} options
   * @param {{request: Function, tell: Function}} options.socket
   * @param {import("../shared/outbox.js").Outbox} options.outbox
   * @param {(chatId: string, query: {before: number}) => Promise<object[]>} options.loadMessages  the page before a seq
   * @param {(event: string, detail?: object) => void} options.emit
   * @param {import("../shared/clock.js").Clock} [options.clock]
   */
  constructor({ socket, outbox, loadMessages, emit, clock = systemClock }) {
    this.#socket = socket;
    this.#outbox = outbox;
    this.#loadMessages = loadMessages;
    this.#emit = emit;
    this.#clock = clock;
    this.typing = new TypingTracker(() => this.#changed(), clock);
    this.#typingSender = new TypingSender((isTyping) => this.#tellTyping(isTyping), clock);
  }

  get chatId() {
    return this.state?.chat?.chatId ?? null;
  }

  get isClosed() {
    return this.state?.chat?.status === "closed";
  }

  /** As the conversation's: the seq after which something is missing, or null. */
  get missingAfter() {
    return this.state?.missingAfter ?? null;
  }

  /**
   * Joins a conversation, or the visitor's live one (made if there is none) when none is named.
   * What was missed since the last time arrives before the ack. Returns the ack.
   */
  async join({ chatId, queueId, ownId }) {
    this.#ownId = ownId;
    const known = chatId && chatId === this.chatId ? this.state : null;
    const lastSeq = known ? (known.missingAfter ?? known.lastSeq) : 0;
    const ack = await this.#socket.request("join-chat", {
      ...(chatId && { chatId }),
      ...(queueId && { queueId }),
      ...(lastSeq && { lastSeq }),
    });
    if (ack.ok) this.take(ack.chat);
    return ack;
  }

  /** Takes a `chat` as an ack has it (SPEC §5); its messages must have been received before. */
  take(chat, ownId = this.#ownId) {
    this.#ownId = ownId;
    const isOther = chat.chatId !== this.chatId;
    if (isOther) {
      this.state = new Conversation({ ownId: this.#ownId, isOwn: (message) => !message.fromAgent });
      this.typing.clear();
      this.closesAt = null;
      this.queue = null;
    }
    const early = this.#early.filter(([, data]) => data?.chatId === chat.chatId);
    this.#early = [];
    for (const [event, message] of early) if (event === "chat-message") this.#store(message);
    const isSameAgent = this.state.chat?.agent?.email === chat.agent?.email;
    this.state.applyChat({ ...chat, agentStatus: isSameAgent ? this.state.chat?.agentStatus : undefined });
    if (chat.status !== "waiting") this.queue = null;
    for (const [event, data] of early) this.#takeChange(event, data);
    this.#outbox.address(chat.chatId);
    this.#sendReadMark();
    this.#checkGap();
    this.showPending();
  }

  /** Forgets the conversation; the next join begins another. */
  reset() {
    this.#clock.clearTimeout(this.#gapTimer);
    this.typing.clear();
    this.state = null;
    this.closesAt = null;
    this.queue = null;
    this.#early = [];
    this.#changed();
  }

  /** Takes an event of the server (SPEC §5.2). */
  receive(event, data) {
    if (event === "messages") data.forEach((message) => this.receive("chat-message", message));
    else if (event === "presence-change" && !data?.chatId) this.#takePresence(data);
    // The backlog, and what follows it, comes before the ack that says which conversation this is.
    else if (this.chatId === null) this.#early.push([event, data]);
    else if (data?.chatId !== this.chatId) return;
    else if (event === "chat-message") this.#takeMessage(data);
    else this.#takeChange(event, data);
  }

  /** An outbox entry was stored. */
  sent(entry, ack) {
    if (entry.chatId !== this.chatId) return;
    this.state.applyAck(entry, ack, { fromAgent: false });
    this.#checkGap();
    this.#changed();
  }

  /** Shows what waits in the outbox. */
  showPending() {
    this.state?.setPending(this.#outbox.entries(this.chatId));
    this.#changed();
  }

  /** Who is there and who is typing is unknown while the connection is away. */
  connectionLost() {
    this.typing.clear();
    this.state?.updateChat({ agentStatus: undefined });
    this.state?.interruptStream();
  }

  keyPressed() {
    if (this.chatId && !this.isClosed) this.#typingSender.keyPressed();
  }

  stopTyping() {
    this.#typingSender.stop();
  }

  /** The visitor has seen everything there is. */
  markRead() {
    const message = this.state?.markRead();
    if (!message) return;
    this.#unreadMark = { chatId: this.chatId, messageId: message.id };
    this.#sendReadMark();
    this.#changed();
  }

  /** Fetches the page before the oldest message held; false when there is none. */
  async loadOlder() {
    const state = this.state;
    if (!state?.hasOlder) return false;
    const count = state.applyAll(await this.#loadMessages(this.chatId, { before: state.firstSeq }));
    this.#changed();
    return count > 0;
  }

  /** Fetches a message and those before it again: the addresses of media are good for a while only. */
  async refresh(seq) {
    const { state } = this;
    const page = await this.#loadMessages(this.chatId, { before: seq + 1 });
    page.forEach((message) => state.applyRevision(message));
    this.#changed();
  }

  /** Gives the customer's opinion, 1 to 5. Returns the ack. */
  async rate(score, comment) {
    const ack = await this.#socket.request("rate-chat", { chatId: this.chatId, score, ...(comment && { comment }) });
    if (ack.ok) this.state.updateChat({ rating: { score, comment } });
    this.#changed();
    return ack;
  }

  /** Asks for a person instead of the assistant. Returns the ack. */
  async requestAgent(queueId) {
    const ack = await this.#socket.request("request-agent", { chatId: this.chatId, ...(queueId && { queueId }) });
    if (ack.ok) this.take(ack.chat);
    return ack;
  }

  /** Closes the conversation. Returns the ack. */
  async end(reason) {
    const ack = await this.#socket.request("close-chat", { chatId: this.chatId, ...(reason && { reason }) });
    if (ack.ok) this.#close({ reason: "", closedBy: null });
    return ack;
  }

  #takeMessage(message) {
    const isNew = this.#store(message);
    if (isNew) this.#emit("message", { message, isOwn: this.state.isOwn(message) });
    // A system line tells of a change, and not each has an event of its own (back into the queue, for one).
    if (isNew && isSystemMessage(message) && !this.isClosed) this.#askAgain();
    if (!isSystemMessage(message)) this.closesAt = null;
    this.typing.end(typerId(message.fromId, message.fromEmail, message.fromName));
    this.#checkGap();
    this.#changed();
  }

  #store(message) {
    this.#outbox.confirm(message.clientMessageId);
    return this.state.apply(message);
  }

  #takeChange(event, data) {
    const changes = {
      "message-read": () => this.state.applyRead(data),
      "message-updated": () => this.state.applyRevision(data),
      "message-deleted": () => this.state.applyRevision(data),
      "presence-change": () => this.#takePresence(data),
      "chat-closed": () => this.#close(data),
      "queue-position": () => this.#queued(data),
      "chat-stream": () => this.state.applyStream(data),
      "inactivity-warning": () => { this.closesAt = data.closesAt; },
    };
    const chat = chatChanges(event, data);
    // It is told again to who joins again.
    if (event === "queue-timeout" && this.state.chat.queueTimedOut) return;
    if (chat) this.#takeChat(chat);
    else if (Object.hasOwn(changes, event)) changes[event]();
    if (PASSED_ON.has(event)) this.#emit(event, data);
    this.#changed();
  }

  #takeChat(changes) {
    this.state.updateChat(changes);
    const { status } = this.state.chat;
    if (status !== "waiting") this.queue = null;
    if (status === "resolved") this.closesAt = null;
  }

  #takePresence({ userId, email, name, role, status }) {
    if (role === "customer") return;
    const id = typerId(userId, email, name);
    if (status === "typing") this.#beginTyping(id, name);
    else if (status === "idle") this.#endTyping(id, name);
    else if (this.state?.chat?.agent?.email === email) this.state.updateChat({ agentStatus: status });
    this.#changed();
  }

  #beginTyping(id, name) {
    this.typing.begin(id, name);
    this.#emit("begin-typing", { name });
  }

  #endTyping(id, name) {
    this.typing.end(id);
    this.#emit("end-typing", { name });
  }

  #queued({ position, eta }) {
    if (this.state.chat.status !== "waiting" || (this.queue?.position === position && this.queue.eta === eta)) return;
    this.queue = { position, eta };
    this.#emit("queue-position", { chatId: this.chatId, position, eta });
  }

  #close({ reason, closedBy }) {
    if (this.isClosed) return;
    this.typing.clear();
    this.#typingSender.stop();
    this.closesAt = null;
    this.state.updateChat({ status: "closed", handler: null, closeReason: reason });
    this.#emit("conversation-ended", { chatId: this.chatId, reason, closedBy });
    this.#changed();
  }

  /** Asks for the chat as it is now, and for messages that are missing. */
  #askAgain() {
    this.join({ chatId: this.chatId, ownId: this.#ownId }).catch(() => {
      // The connection is down; the join after the reconnect brings the same.
    });
  }

  #checkGap() {
    this.#clock.clearTimeout(this.#gapTimer);
    if (this.missingAfter === null) return;
    this.#gapTimer = this.#clock.setTimeout(() => {
      if (this.missingAfter !== null) this.#askAgain();
    }, GAP_PATIENCE_MILLISECONDS);
  }

  async #sendReadMark() {
    const mark = this.#unreadMark;
    if (!mark) return;
    try {
      await this.#socket.request("mark-read", mark);
      if (this.#unreadMark === mark) this.#unreadMark = null;
    } catch {
      // Sent again after the next join.
    }
  }

  #tellTyping(isTyping) {
    this.#socket.tell("set-status", { chatId: this.chatId, status: isTyping ? "typing" : "idle" });
  }

  #changed() {
    this.#emit("object-change", { conversation: this.state?.chat ?? null });
  }
}

/** What tells typers apart: the user's id where the server gives it. */
function typerId(userId, email, name) {
  return userId || email || name;
}
