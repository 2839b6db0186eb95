/** What an agent can do at the desk, and what the desk does by itself: catch up, mark as read, send what waits. */

import { Outbox } from "../../shared/outbox.js";
import { Standing } from "../state/desk-chat.js";
import { EVENTS, applyEvent } from "../state/events.js";

const RESEND_MILLISECONDS = 5000;

export class DeskClient {
  #state;
  #api;
  #socket;
  #tell;
  #outbox;
  #resendTimer = null;

  /**
   * @param {object} options
   * @param {import("../state/desk-state.js").DeskState} options.state
   * @param {import("./api.js").Api} options.api
   * @param {import("./desk-socket.js").DeskSocket} options.socket
   * @param {Storage} options.storage  where unsent messages wait
   * @param {(text: string, kind?: "error") => void} options.tell  shows a short notice
   */
  constructor({ state, api, socket, storage, tell }) {
    this.#state = state;
    this.#api = api;
    this.#socket = socket;
    this.#tell = tell;
    this.#outbox = new Outbox({
      storage,
      prefix: `helpdesk:desk:outbox:${state.agent.id}:`,
      send: ({ chatId, text, clientMessageId, sentAt }) => socket.send("chat-message", { chatId, text, clientMessageId, sentAt }),
      onSent: (entry, ack) => this.#confirmSent(entry, ack),
      onChange: () => this.#showPending(),
    });
    for (const event of EVENTS) socket.on(event, (data) => this.#perform(applyEvent(state, event, data)));
    socket.on("error", ({ message }) => tell(message, "error"));
  }

  /** After every connect: what waits, which chats are mine, who is here, and what was not sent. */
  async catchUp() {
    this.#showPending();
    await Promise.all([
      this.#reported(() => this.#loadWaiting()),
      this.#reported(() => this.#loadOwnChats()),
      this.#reported(() => this.#loadTeam()),
      this.#flush(),
    ]);
    this.#state.isLoaded = true;
    this.#state.changed();
  }

  connectionLost() {
    this.#state.clearTyping();
    this.#state.changed();
  }

  takeNext() {
    return this.#reported(async () => {
      const { chat } = await this.#socket.command("pick-next", {});
      if (chat) this.#taken(chat);
      else this.#tell("Nobody is waiting.");
    });
  }

  take(chatId) {
    return this.#reported(async () => this.#taken((await this.#socket.command("claim-chat", { chatId })).chat));
  }

  close(chatId) {
    return this.#reported(async () => this.#state.applyChat((await this.#socket.command("close-chat", { chatId })).chat));
  }

  /** Shows a chat; one that is not mine is watched as long as it is shown. */
  async open(chatId) {
    const left = this.#state.selected;
    this.#state.select(chatId);
    if (left && left.id !== chatId && left.standing !== Standing.MINE) this.#leave(left.id);
    if (chatId && !this.#state.chatOf(chatId).chat) await this.#join(chatId);
  }

  say(chatId, text) {
    this.#outbox.add({ chatId, text });
    return this.#flush();
  }

  retry(clientMessageId) {
    this.#outbox.retry(clientMessageId);
    return this.#flush();
  }

  discard(clientMessageId) {
    this.#outbox.discard(clientMessageId);
  }

  tellTyping(chatId, isTyping) {
    this.#socket.hint("set-status", { status: isTyping ? "typing" : "idle", chatId });
  }

  setStatus(status) {
    return this.#reported(async () => {
      await this.#socket.command("set-status", { status });
      this.#state.team.applyPresence({ ...this.#state.agent, status });
      this.#state.changed();
    });
  }

  /** The agent has seen all of this chat. */
  markRead(chatId) {
    const deskChat = this.#state.chatOf(chatId);
    if (deskChat.standing !== Standing.MINE || !this.#state.connection.isOnline) return;
    const last = deskChat.conversation.markRead();
    if (!last) return;
    this.#socket.send("mark-read", { chatId, messageId: last.id }).catch(() => {});
    this.#state.changed();
  }

  async loadOlder(chatId) {
    const deskChat = this.#state.chatOf(chatId);
    const { conversation } = deskChat;
    if (deskChat.isLoadingOlder || !conversation.hasOlder) return;
    deskChat.isLoadingOlder = true;
    this.#state.changed();
    await this.#reported(async () => conversation.applyAll(await this.#api.messagesBefore(chatId, conversation.firstSeq)));
    deskChat.isLoadingOlder = false;
    this.#state.changed();
  }

  async #loadWaiting() {
    this.#state.waiting.beginSnapshot();
    const [conversations, queues] = await Promise.all([this.#api.waitingConversations(), this.#api.queues()]);
    this.#state.waiting.applySnapshot(conversations, queues);
    this.#state.changed();
  }

  async #loadOwnChats() {
    const own = await this.#api.ownConversations();
    const ids = this.#state.applyOwnChats(own.map((conversation) => conversation._id));
    await Promise.all(ids.map((id) => this.#join(id)));
    for (const { _id, userId } of own) this.#noteCustomer(_id, userId);
  }

  #noteCustomer(chatId, { isOnline }) {
    const deskChat = this.#state.find(chatId);
    if (deskChat) deskChat.customerStatus = isOnline ? "online" : "offline";
    this.#state.changed();
  }

  async #loadTeam() {
    this.#state.team.beginSnapshot();
    this.#state.team.applySnapshot(await this.#api.presence());
    this.#state.changed();
  }

  /** Into the chat's room, with what was missed since the last message held here. */
  async #join(chatId) {
    const held = this.#state.find(chatId)?.conversation;
    const lastSeq = held?.missingAfter ?? held?.lastSeq;
    try {
      const { chat } = await this.#socket.command("join-chat", { chatId, ...(lastSeq ? { lastSeq } : {}) });
      this.#state.applyChat(chat);
      this.#dropConfirmed(chatId);
      this.#showPending();
    } catch (error) {
      if (error.code === "not_found" || error.code === "forbidden") this.#state.forget(chatId);
      this.#tell(error.message, "error");
    }
  }

  #leave(chatId) {
    this.#socket.send("leave-chat", { chatId }).catch(() => {});
  }

  async #taken(chat) {
    this.#state.applyChat(chat);
    await this.open(chat.chatId);
    this.#noteCustomer(chat.chatId, (await this.#api.conversation(chat.chatId)).userId);
  }

  #perform(effects) {
    for (const effect of effects) {
      if (effect.type === "tell") this.#tell(effect.text);
      else this.#join(effect.chatId);
    }
  }

  async #flush() {
    clearTimeout(this.#resendTimer);
    const isDone = await this.#outbox.flush();
    // Without a connection the next connect sends; with one, a refusal that may pass is asked for again.
    if (!isDone && this.#state.connection.isOnline) {
      this.#resendTimer = setTimeout(() => this.#flush(), RESEND_MILLISECONDS);
    }
  }

  #confirmSent(entry, ack) {
    const { id, email, name } = this.#state.agent;
    const author = { fromId: id, from: email, fromEmail: email, fromName: name, fromAgent: true };
    this.#state.find(entry.chatId)?.conversation.applyAck(entry, ack, author);
  }

  /** A message whose ack was lost came back with the backlog. */
  #dropConfirmed(chatId) {
    const stored = new Set(this.#state.find(chatId)?.conversation.messages.map((message) => message.clientMessageId));
    for (const { clientMessageId } of this.#outbox.entries(chatId)) {
      if (stored.has(clientMessageId)) this.#outbox.confirm(clientMessageId);
    }
  }

  #showPending() {
    for (const { id, conversation } of this.#state.knownChats) conversation.setPending(this.#outbox.entries(id));
    this.#state.changed();
  }

  async #reported(action) {
    try {
      return await action();
    } catch (error) {
      this.#tell(error.message, "error");
      return null;
    }
  }
}
