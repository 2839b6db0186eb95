/** What an agent says in chats: messages, notes and files, kept until the server has them. */

import { Outbox } from "../../shared/outbox.js";
import { Uploads } from "../../shared/uploads.js";

const RESEND_MILLISECONDS = 5000;

export class Sending {
  #state;
  #outbox;
  #uploads;
  #resendTimer = null;

  /**
   * @param {object} options
   * @param {import("../state/desk-state.js").DeskState} options.state
   * @param {import("./api.js").Api} options.api
   * @param {import("./desk-socket.js").DeskSocket} options.socket
   * @param {Storage} options.storage  where unsent messages wait
   */
  constructor({ state, api, socket, storage }) {
    this.#state = state;
    this.#outbox = new Outbox({
      storage,
      prefix: `helpdesk:desk:outbox:${state.agent.id}:`,
      send: ({ chatId, text, media, isNote, clientMessageId, sentAt }) =>
        isNote
          ? socket.send("add-note", { chatId, text, clientMessageId })
          : socket.send("chat-message", { chatId, text, mediaId: media?._id, clientMessageId, sentAt }),
      onSent: (entry, ack) => this.#confirmSent(entry, ack),
      onChange: () => this.showPending(),
    });
    this.#uploads = new Uploads({
      send: (file, options) => api.upload(file, options),
      onUploaded: ({ id, chatId }, media) => this.#add({ clientMessageId: id, chatId, media }),
      onChange: () => this.showPending(),
    });
  }

  say(chatId, text) {
    return this.#add({ chatId, text });
  }

  /** For the team alone: from here on it is a note, also when it is sent after a reload. */
  note(chatId, text) {
    return this.#add({ chatId, text, isNote: true });
  }

  attach(chatId, files) {
    return Promise.all(Array.from(files, (file) => this.#uploads.add(file, chatId)));
  }

  retry(clientMessageId) {
    this.#uploads.retry(clientMessageId);
    this.#outbox.retry(clientMessageId);
    return this.flush();
  }

  discard(clientMessageId) {
    if (!this.#uploads.discard(clientMessageId)) this.#outbox.discard(clientMessageId);
  }

  /** Sends what waits. */
  async flush() {
    clearTimeout(this.#resendTimer);
    const isDone = await this.#outbox.flush();
    // Without a connection the next connect sends; with one, a refusal that may pass is asked for again.
    if (!isDone && this.#state.connection.isOnline) {
      this.#resendTimer = setTimeout(() => this.flush(), RESEND_MILLISECONDS);
    }
  }

  showPending() {
    for (const deskChat of this.#state.knownChats) {
      const entries = this.#outbox.entries(deskChat.id);
      deskChat.conversation.setPending(entries.filter((entry) => !entry.isNote));
      deskChat.notes.setPending(entries.filter((entry) => entry.isNote));
      deskChat.uploads = this.#uploads.of(deskChat.id);
    }
    this.#state.changed();
  }

  /** What was stored although its ack was lost came back with the backlog. */
  dropConfirmed(deskChat) {
    const stored = new Set([...deskChat.conversation.messages, ...deskChat.notes.all].map((said) => said.clientMessageId));
    for (const { clientMessageId } of this.#outbox.entries(deskChat.id)) {
      if (stored.has(clientMessageId)) this.#outbox.confirm(clientMessageId);
    }
    this.showPending();
  }

  #add(entry) {
    this.#outbox.add(entry);
    return this.flush();
  }

  #confirmSent(entry, ack) {
    const deskChat = this.#state.find(entry.chatId);
    const { id, email, name } = this.#state.agent;
    if (entry.isNote) deskChat?.notes.apply(ack.note);
    else deskChat?.conversation.applyAck(entry, ack, { fromId: id, from: email, fromEmail: email, fromName: name, fromAgent: true });
  }
}
