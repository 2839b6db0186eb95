/** What an agent can do with chats at the desk, and what the desk does by itself: catch up, mark as read. */

import { Standing } from "../state/desk-chat.js";
import { EVENTS, applyEvent } from "../state/events.js";

export class DeskClient {
  #state;
  #api;
  #socket;
  #tell;
  #alert;
  #sending;

  /**
   * @param {object} options
   * @param {import("../state/desk-state.js").DeskState} options.state
   * @param {import("./api.js").Api} options.api
   * @param {import("./desk-socket.js").DeskSocket} options.socket
   * @param {import("./sending.js").Sending} options.sending
   * @param {(text: string, kind?: "error") => void} options.tell  shows a short notice
   * @param {(text: string) => void} options.alert  calls the agent, who may be looking elsewhere
   */
  constructor({ state, api, socket, sending, tell, alert }) {
    this.#state = state;
    this.#api = api;
    this.#socket = socket;
    this.#tell = tell;
    this.#alert = alert;
    this.#sending = sending;
    for (const event of EVENTS) socket.on(event, (data) => this.#perform(applyEvent(state, event, data)));
    socket.on("error", ({ message }) => tell(message, "error"));
  }

  /** After every connect: what waits, which chats are mine, who is here, and what was not sent. */
  async catchUp() {
    this.#sending.showPending();
    await Promise.all([
      this.#loadQueues(),
      this.reported(() => this.#loadOwnChats()),
      this.reported(() => this.#loadTeam()),
      this.#sending.flush(),
    ]);
    this.#state.isLoaded = true;
    this.#state.changed();
  }

  connectionLost() {
    this.#state.connectionLost();
    this.#state.requests.clear();
    this.#state.changed();
  }

  takeNext() {
    return this.reported(async () => {
      const { chat } = await this.#socket.command("pick-next", {});
      if (chat) this.taken(chat);
      else this.#tell("Nobody is waiting.");
    });
  }

  take(chatId) {
    return this.reported(async () => this.taken((await this.#socket.command("claim-chat", { chatId })).chat));
  }

  close(chatId) {
    return this.#change("close-chat", chatId);
  }

  /** Done; the customer's next message opens it again. */
  resolve(chatId) {
    return this.#change("resolve-chat", chatId);
  }

  /** Opens a resolved chat again; the server tells what it is then. */
  reopen(chatId) {
    return this.reported(() => this.#api.changeStatus(chatId, "open"));
  }

  /** Shows a chat; one that is not mine is watched as long as it is shown. */
  async open(chatId) {
    const left = this.#state.selected;
    this.#state.select(chatId);
    if (left && left.id !== chatId && left.standing !== Standing.MINE) this.#leave(left.id);
    if (!chatId) return;
    if (!this.#state.chatOf(chatId).chat) await this.#join(chatId);
    await this.#loadNotes(chatId);
  }

  tellTyping(chatId, isTyping) {
    this.#socket.hint("set-status", { status: isTyping ? "typing" : "idle", chatId });
  }

  setStatus(status) {
    return this.reported(async () => {
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
    await this.reported(async () => conversation.applyAll(await this.#api.messagesBefore(chatId, conversation.firstSeq)));
    deskChat.isLoadingOlder = false;
    this.#state.changed();
  }

  /** Replaces what an own message says; resolves to whether it did. */
  edit(chatId, messageId, text) {
    return this.#revise(chatId, () => this.#api.editMessage(messageId, text));
  }

  /** Takes away what a message says. */
  remove(chatId, messageId) {
    return this.#revise(chatId, () => this.#api.deleteMessage(messageId));
  }

  /** Gets fresh addresses for the media of a message and of those before it; resolves to that message's `media`. */
  refreshMedia(chatId, seq) {
    return this.reported(async () => {
      const page = await this.#api.messagesBefore(chatId, seq + 1);
      page.forEach((message) => this.#state.find(chatId)?.conversation.applyRevision(message));
      this.#state.changed();
      return page.at(-1)?.media ?? null;
    });
  }

  async #revise(chatId, change) {
    return this.reported(async () => {
      this.#state.find(chatId)?.conversation.applyRevision(await change());
      this.#state.changed();
      return true;
    });
  }

  #change(command, chatId) {
    return this.reported(async () => this.#state.applyChat((await this.#socket.command(command, { chatId })).chat));
  }

  async #loadNotes(chatId) {
    await this.reported(async () => {
      const notes = await this.#api.notes(chatId);
      const deskChat = this.#state.find(chatId);
      if (!deskChat) return;
      notes.forEach((note) => deskChat.notes.apply(note));
      this.#sending.dropConfirmed(deskChat);
    });
  }

  async #loadQueues() {
    this.#state.assisted.beginSnapshot();
    await this.reported(() => this.#loadWaiting());
    await this.reported(() => this.#loadAssisted());
  }

  async #loadAssisted() {
    this.#state.assisted.applySnapshot(await this.#api.assistedConversations(), this.#state.queues);
    this.#state.changed();
  }

  async #loadWaiting() {
    this.#state.waiting.beginSnapshot();
    const [conversations, queues] = await Promise.all([this.#api.waitingConversations(), this.#api.queues()]);
    this.#state.waiting.applySnapshot(conversations, queues);
    this.#state.queues = queues;
    this.#state.changed();
  }

  async #loadOwnChats() {
    const own = await this.#api.ownConversations();
    const ids = this.#state.applyOwnChats(own.map((conversation) => conversation._id));
    await Promise.all(ids.map((id) => this.#join(id)));
    if (this.#state.selectedId) await this.#loadNotes(this.#state.selectedId);
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
      this.#sending.dropConfirmed(this.#state.applyChat(chat));
    } catch (error) {
      if (error.code === "not_found" || error.code === "forbidden") this.#state.forget(chatId);
      this.#tell(error.message, "error");
    }
  }

  #leave(chatId) {
    this.#socket.send("leave-chat", { chatId }).catch(() => {});
  }

  /** Shows a chat that is this agent's now. */
  async taken(chat) {
    this.#state.applyChat(chat);
    await this.open(chat.chatId);
    this.#noteCustomer(chat.chatId, (await this.#api.conversation(chat.chatId)).userId);
  }

  #perform(effects) {
    for (const effect of effects) {
      if (effect.type === "tell") this.#tell(effect.text);
      else if (effect.type === "alert") this.#alert(effect.text);
      else this.#join(effect.chatId);
    }
  }

  /** Does something and shows why it was refused; resolves to what it came to, null when it was refused. */
  async reported(action) {
    try {
      return await action();
    } catch (error) {
      this.#tell(error.message, "error");
      return null;
    }
  }
}
