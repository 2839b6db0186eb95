/**
 * The public SDK (SPEC §7). The widget is built on it, and so can be any page of your own:
 *
 *     const helpdesk = new Helpdesk({ origin: "https://help.example.com", widgetKey: "demo-widget" });
 *     helpdesk.on("message", ({ message }) => console.log(message.fromName, message.text));
 *     await helpdesk.getLiveChatToken({ name: "Vera" });
 *     helpdesk.connect();
 *     await helpdesk.createLiveChatConversation();
 *     helpdesk.sendMessage("Hello");
 */

import { browserStorage } from "../shared/storage.js";
import { Api } from "./api.js";
import { Emitter } from "./emitter.js";
import { identityOf } from "./session.js";
import { Visit } from "./visit.js";

export class Helpdesk {
  #api;
  #visit;
  #emitter = new Emitter();

  /**
   * @param {object} options
   * @param {string} options.origin     where the helpdesk is, e.g. "https://help.example.com"
   * @param {string} options.widgetKey
   * @param {Storage} [options.storage] nothing is written to it before a token is asked for or a message sent
   * @param {{userId?: string, email?: string, name?: string, userHash: string}|null} [options.user]  whom the page vouches
   *   for; null: nobody is signed in, and who was is forgotten in this browser. Left out, whoever was here before goes on
   */
  constructor({ origin, widgetKey, storage = browserStorage(), user }) {
    this.#api = new Api(origin, widgetKey);
    this.#visit = new Visit({
      origin,
      api: this.#api,
      storage,
      keyPrefix: `helpdesk:${widgetKey}:`,
      user,
      emit: (event, detail) => this.#emitter.emit(event, detail),
    });
  }

  /**
   * Listens to `connect`, `disconnect`, `error` {message, code}, `request-access-token`, `message` {message, isOwn},
   * `begin-typing` {name}, `end-typing` {name}, `queue-position` {chatId, position, eta}, `queue-timeout` {chatId},
   * `chat-assigned` {chatId, agentName, agentEmail}, `chat-transferred` {chatId, toQueue, toAgent, assistant}, `conversation-ended` {chatId, reason, closedBy} and `object-change` (anything there is to show may have changed).
   * Returns a function that ends it.
   */
  on(event, listener) {
    return this.#emitter.on(event, listener);
  }

  /** The widget's name, colour, greeting, what it asks for before a chat, queues with their state, limits of media. */
  getChatProfile() {
    return this.#api.profile();
  }

  /**
   * Makes the visitor, unless this browser has one already; resolves to `{_id, name, email}`.
   * With `userId` (or `email`) and its `userHash` it is somebody whom the page vouches for: a visitor of this browser who
   * was not that person is forgotten.
   */
  async getLiveChatToken(who = {}) {
    if (identityOf(who) && this.hasVisitor && !this.#visit.session.isOf(who)) this.forget();
    return (await this.#visit.session.start(who)).visitor;
  }

  /** Changes what agents see of the visitor; what is not named stays. Resolves to the profile. */
  async updateUserInfo({ name, email, phone, avatar }) {
    const { session } = this.#visit;
    const profile = await session.withAccess((access) => this.#api.updateMe({ name, email, phone, avatar }, access));
    session.remember({ visitor: { ...session.value.visitor, name: profile.name, email: profile.email } });
    return profile;
  }

  /** Connects, and reconnects by itself until `disconnect`. Throws before `getLiveChatToken`. */
  connect() {
    if (!this.hasVisitor) throw new Error("Connecting needs a token: call getLiveChatToken first.");
    this.#visit.socket.connect();
  }

  disconnect() {
    this.#visit.socket.disconnect();
  }

  /** Goes on with the conversation this browser has, ended or not; false when there is none. */
  resume() {
    if (!this.#visit.session.value?.chatId && !this.hasUnsent) return false;
    this.#visit.want({ create: this.hasUnsent });
    return true;
  }

  /**
   * Joins the visitor's live conversation, or begins one; resolves to its `chat` (SPEC §5).
   * @param {string} [queueId]  one of the profile's queues, for a new conversation
   */
  createLiveChatConversation(queueId) {
    this.#visit.want({ create: true, queueId });
    return this.#visit.whenJoined();
  }

  /** Keeps a text and sends it as soon as possible, once; begins a conversation if there is none. Returns its entry. */
  sendMessage(text) {
    const { live, outbox } = this.#visit;
    live.stopTyping();
    const entry = outbox.add({ chatId: live.chatId, text: text.trim() });
    this.#visit.flush();
    return entry;
  }

  /**
   * Uploads an image, a sound or a video of up to 10 MB, and sends it. Resolves when it is uploaded, with `error`
   * {code?, message?} when it is not: `file-type` and `file-size` are refused here, the rest by the server.
   */
  sendMedia(file) {
    return this.#visit.uploads.add(file, this.#visit.live.chatId);
  }

  /** Sends a failed message or file again. */
  retryMessage(clientMessageId) {
    this.#visit.uploads.retry(clientMessageId);
    this.#visit.outbox.retry(clientMessageId, this.#visit.live.chatId ?? undefined);
    this.#visit.flush();
  }

  /** Drops a message or a file that is not sent yet. */
  discardMessage(clientMessageId) {
    if (!this.#visit.uploads.discard(clientMessageId)) this.#visit.outbox.discard(clientMessageId);
  }

  /** Call on every key: others are told that the visitor is typing. */
  keyPressed() {
    this.#visit.live.keyPressed();
  }

  /** Call when the visitor sees the end of the conversation. */
  markRead() {
    this.#visit.live.markRead();
  }

  /** Fetches older messages; resolves to false when there are none. */
  loadOlder() {
    return this.#visit.live.loadOlder();
  }

  /** Gets fresh addresses for the media of a message and of those before it; one is good for about an hour. */
  refreshMedia(seq) {
    return this.#visit.live.refresh(seq);
  }

  /**
   * Asks for a person where the assistant answers; the conversation then waits in its queue, or in the one named.
   * Rejects as `endChat` does.
   */
  async requestAgent(queueId) {
    orThrow(await this.#visit.live.requestAgent(queueId));
  }

  /** Closes the conversation for good. Rejects with the server's message and code when it refuses. */
  async endChat(reason) {
    orThrow(await this.#visit.live.end(reason));
  }

  /** Says what the visitor thinks of a conversation that is resolved or closed, 1 to 5. Rejects as `endChat` does. */
  async rateChat(score, comment = "") {
    orThrow(await this.#visit.live.rate(score, comment));
  }

  /**
   * Has the conversation mailed. The server sends it to the visitor's own address only: another one becomes that first.
   * Rejects with the server's message.
   */
  async sendChatTranscript(email) {
    const { session, live } = this.#visit;
    if (email && email !== session.value.visitor.email) await this.updateUserInfo({ email });
    await session.withAccess((access) => this.#api.mailTranscript(live.chatId, email, access));
  }

  /** Leaves a message for a team that did not answer: `{name, email, description}`. Rejects with the server's message. */
  createLiveChatTicket(ticket) {
    return this.#api.ticket(ticket);
  }

  /** Leaves the conversation behind; the next message begins another. Returns the texts that were never sent. */
  leaveChat() {
    return this.#leaving(() => this.#visit.leave());
  }

  /** Forgets the visitor in this browser. Returns the texts that were never sent. */
  forget() {
    return this.#leaving(() => this.#visit.forget());
  }

  /** Whether this browser has a visitor already. */
  get hasVisitor() {
    return this.#visit.session.value !== null;
  }

  /** Whether there is a conversation to go on with that has not ended, or something unsent. */
  get hasLiveChat() {
    const session = this.#visit.session.value;
    return Boolean(session?.chatId && !session.ended) || this.hasUnsent;
  }

  /** Whether a conversation of before is on its way, with nothing to show yet. */
  get isLoading() {
    return this.#visit.isUnderWay && Boolean(this.#visit.session.value?.chatId);
  }

  /** `{state, code}`: one of `ConnectionState`, and why it was refused. */
  get connection() {
    return { state: this.#visit.socket.state, code: this.#visit.socket.code };
  }

  /** The `Conversation` (messages, unread, receipts), or null before it is joined. */
  get conversation() {
    return this.#visit.live.state;
  }

  get isClosed() {
    return this.#visit.live.isClosed;
  }

  /** Names of those typing. */
  get typingNames() {
    return this.#visit.live.typing.names;
  }

  /** When the conversation closes for inactivity, once warned of; else null. */
  get closesAt() {
    return this.#visit.live.closesAt;
  }

  /** `{_id, name, email}`, or null as long as the visitor did nothing. */
  get visitor() {
    return this.#visit.session.value?.visitor ?? null;
  }

  /** `{position, eta}` in the queue, `eta` in seconds or null; null while it is not known. */
  get queue() {
    return this.#visit.live.queue;
  }

  /** Files on their way: see `Upload`. */
  get uploads() {
    return this.#visit.uploads.of(this.#visit.live.chatId);
  }

  /** Messages not yet acknowledged: pending, or failed for a reason. */
  get unsent() {
    return this.#visit.outbox.entries();
  }

  get hasUnsent() {
    return this.unsent.some((entry) => entry.state === "pending");
  }

  #leaving(leave) {
    const entries = this.unsent;
    for (const { id } of this.uploads) this.#visit.uploads.discard(id);
    leave();
    for (const entry of entries) this.#visit.outbox.discard(entry.clientMessageId);
    return entries.map((entry) => entry.text);
  }
}

function orThrow(ack) {
  if (!ack.ok) throw Object.assign(new Error(ack.error.message), { code: ack.error.code });
}
