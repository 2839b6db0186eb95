/** One visitor's way from the first word to a joined conversation, and back to it after every break. */

import { Outbox } from "../shared/outbox.js";
import { Uploads } from "../shared/uploads.js";
import { watchBrowser } from "./browser_events.js";
import { ChatSocket } from "./chat_socket.js";
import { LiveConversation } from "./live_conversation.js";
import { Poll } from "./poll.js";
import { Session } from "./session.js";

const RESEND_MILLISECONDS = 5000;

export class Visit {
  session;
  socket;
  outbox;
  uploads;
  live;

  #api;
  #emit;
  #outboxPrefix;
  #wanted = null;
  #joinWaiters = [];
  #isStarting = false;
  #visitorId = null;
  #joining = null;
  #resendTimer = null;
  #poll;

  /**
   * @param {object} options
   * @param {string} options.origin
   * @param {import("./api.js").Api} options.api
   * @param {Storage} options.storage
   * @param {string} options.keyPrefix  of everything kept in `storage`
   * @param {object|null} [options.user]  whom the page vouches for: see `Session`
   * @param {(event: string, detail?: object) => void} options.emit
   */
  constructor({ origin, api, storage, keyPrefix, user, emit }) {
    this.#api = api;
    this.#emit = emit;
    this.#outboxPrefix = `${keyPrefix}outbox:`;
    this.session = new Session({ api, storage, key: `${keyPrefix}session`, who: user });
    this.socket = new ChatSocket(origin, this.session, {
      onConnect: () => this.#connected(),
      onEvent: (event, data) => this.#received(event, data),
      onStateChange: (state, code) => this.#connectionChanged(state, code),
      onSessionLost: (error) => emit("request-access-token", { message: error.message }),
    });
    this.outbox = new Outbox({
      storage,
      prefix: this.#outboxPrefix,
      send: (entry) => this.#send(entry),
      onSent: (entry, ack) => this.live.sent(entry, ack),
      onChange: () => this.live.showPending(),
    });
    this.uploads = new Uploads({
      send: (file, options) => this.session.withAccess((access) => api.upload(file, { access, ...options })),
      onUploaded: ({ id, chatId }, media) => {
        this.outbox.add({ clientMessageId: id, chatId, media });
        this.flush();
      },
      onChange: () => this.live.showPending(),
    });
    this.live = new LiveConversation({
      socket: this.socket,
      outbox: this.outbox,
      loadMessages: (chatId, query) => this.session.withAccess((access) => api.messages(chatId, query, access)),
      emit: (event, detail) => this.#relay(event, detail),
    });
    // Nobody says what another has written.
    if (this.session.hasForgotten) for (const { clientMessageId } of this.outbox.entries()) this.outbox.discard(clientMessageId);
    this.#poll = new Poll({ session: this.session, api, live: this.live, onChanges: () => this.outbox.flush() });
    watchBrowser({
      onNetwork: () => this.socket.hurry(),
      onNetworkLost: () => this.socket.networkLost(),
      onVisible: () => this.socket.hurry(),
      onStorage: (key) => this.#changedElsewhere(key),
    });
  }

  /** Whether a conversation is wanted that is not joined yet. */
  get isUnderWay() {
    return this.#wanted !== null && this.live.chatId === null;
  }

  /**
   * Gets a token, connects and joins, whatever of it is still to do, and keeps trying.
   * @param {{create?: boolean, queueId?: string}} wanted  `create`: begin a conversation if there is none
   */
  want(wanted = {}) {
    this.#wanted = { ...this.#wanted, ...wanted };
    this.#start();
  }

  /** Resolves with the `chat` of the next join. */
  whenJoined() {
    return new Promise((resolve) => this.#joinWaiters.push(resolve));
  }

  /** Sends what waits in the outbox, now if possible. */
  async flush() {
    if (!this.live.chatId || (!this.socket.isOnline && !this.#poll.isActive)) return this.want({ create: true });
    if (!(await this.outbox.flush())) this.#tryAgainLater();
  }

  /** Leaves the conversation; the next one wanted is another. */
  leave() {
    this.session.remember({ chatId: null, ended: false });
    this.#wanted = null;
    this.live.reset();
  }

  /** Forgets the visitor. */
  forget() {
    this.socket.disconnect();
    this.session.forget();
    this.#wanted = null;
    this.live.reset();
  }

  async #start() {
    if (this.#isStarting) return;
    this.#isStarting = true;
    try {
      await this.session.start();
      if (this.socket.isOnline) this.#join();
      else this.socket.connect();
    } catch (error) {
      this.#emit("error", { message: error.message, code: error.status ? `http_${error.status}` : "unreachable" });
      this.socket.unreachable(() => this.want());
    } finally {
      this.#isStarting = false;
    }
  }

  #connected() {
    this.#poll.stop();
    this.#emit("connect");
    this.#join();
  }

  #join() {
    this.#joining ??= this.#joinWanted().finally(() => { this.#joining = null; });
    return this.#joining;
  }

  async #joinWanted() {
    const { visitor, chatId } = this.session.value ?? {};
    if (!visitor || (!chatId && !this.#wanted?.create)) return;
    if (chatId && this.live.chatId && chatId !== this.live.chatId) this.live.reset();
    try {
      const queueId = chatId ? undefined : this.#wanted.queueId;
      this.#visitorId = visitor._id;
      const ack = await this.live.join({ chatId, queueId, ownId: visitor._id });
      if (ack.ok) this.#joined(ack.chat);
      else this.#joinRefused(ack.error, chatId);
    } catch {
      // No answer. A broken connection joins again when it is back; one that stands is asked again.
      this.#tryAgainLater();
    }
  }

  #joined(chat) {
    this.#wanted = { ...this.#wanted, create: false };
    this.uploads.address(chat.chatId);
    this.session.remember({ chatId: chat.chatId, ended: chat.status === "closed" });
    for (const resolve of this.#joinWaiters.splice(0)) resolve(chat);
    this.flush();
  }

  #joinRefused(error, chatId) {
    if (error.code === "not_found" && chatId) {
      // The conversation is gone, or was another visitor's: what is unsent goes into a new one.
      this.session.remember({ chatId: null });
      this.live.reset();
      if (this.outbox.entries().some((entry) => entry.state === "pending")) this.#tryAgainLater();
    } else {
      this.#emit("error", error);
      if (error.code === "unavailable") this.#tryAgainLater();
    }
  }

  #tryAgainLater() {
    clearTimeout(this.#resendTimer);
    this.#resendTimer = setTimeout(() => {
      if (!this.socket.isOnline) return;
      if (this.live.chatId) this.flush();
      else this.#join();
    }, RESEND_MILLISECONDS);
  }

  async #send({ chatId, text, media, sentAt, clientMessageId }) {
    if (this.socket.isOnline || !this.#poll.isActive) {
      return this.socket.request("chat-message", { chatId, text, mediaId: media?._id, sentAt, clientMessageId });
    }
    try {
      const message = await this.session.withAccess((access) => this.#api.sendMessage({ chatId, text, media, clientMessageId }, access));
      return { ok: true, messageId: message._id, seq: message.seq, timestamp: message.createdAt, clientMessageId };
    } catch (error) {
      return { ok: false, error: error.code && { code: error.code, message: error.message } };
    }
  }

  #received(event, data) {
    if (event === "error") this.#emit("error", data);
    else this.live.receive(event, data);
  }

  #relay(event, detail) {
    if (event === "conversation-ended") this.session.remember({ ended: true });
    this.#emit(event, detail);
  }

  #connectionChanged(state, code) {
    if (state !== "online") this.live.connectionLost();
    if (state === "idle" || state === "refused") this.#poll.stop();
    else if (state !== "online" && this.session.value?.chatId) this.#poll.start();
    if (state === "reconnecting" || state === "offline") this.#emit("disconnect", { state });
    if (state === "refused") this.#emit("error", { code, message: `The server refused the connection: ${code}.` });
    this.#emit("object-change", { connection: state });
  }

  /** Another tab had to start over as a new visitor: this one follows. */
  #becomeOther() {
    this.#visitorId = null;
    this.socket.disconnect();
    this.live.reset();
    this.want();
  }

  /** Another tab of this visitor began or left a conversation, or wrote something. */
  #changedElsewhere(key) {
    if (key === this.session.key) {
      const session = this.session.value;
      if (!session) this.forget();
      else if (this.#visitorId && session.visitor._id !== this.#visitorId) this.#becomeOther();
      else if (!session.chatId) this.live.reset();
      else if (session.chatId !== this.live.chatId) this.want();
    } else if (key?.startsWith(this.#outboxPrefix)) {
      this.live.showPending();
      // The tab that wrote it may be gone before it is sent.
      this.#tryAgainLater();
    }
  }
}
