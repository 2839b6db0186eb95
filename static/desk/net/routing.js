/** Which agent gets which chat, as far as this one decides it: answers to requests, and chats handed on (SPEC §3, §8). */

export class Routing {
  #state;
  #api;
  #socket;
  #client;
  #tell;

  /**
   * @param {object} options
   * @param {import("../state/desk-state.js").DeskState} options.state
   * @param {import("./api.js").Api} options.api
   * @param {import("./desk-socket.js").DeskSocket} options.socket
   * @param {import("./desk-client.js").DeskClient} options.client
   * @param {(text: string, kind?: "error") => void} options.tell  shows a short notice
   */
  constructor({ state, api, socket, client, tell }) {
    this.#state = state;
    this.#api = api;
    this.#socket = socket;
    this.#client = client;
    this.#tell = tell;
  }

  /** Takes a chat that one is asked about; resolves to whether it is this agent's now. */
  async accept(chatId) {
    const isTaken = await this.#take("accept-chat", chatId);
    if (isTaken) this.#answered(chatId);
    return isTaken;
  }

  /** Leaves a chat that one is asked about to somebody else. */
  decline(chatId) {
    return this.#client.reported(async () => {
      try {
        await this.#socket.command("decline-chat", { chatId });
      } catch (error) {
        if (error.code !== "conflict") throw error;
      }
      this.#answered(chatId);
    });
  }

  /** Takes a chat from the assistant, or as an admin from a colleague. */
  takeOver(chatId) {
    return this.#take("takeover-chat", chatId);
  }

  /** Asks a colleague to take a chat; it stays here until then. */
  transferToAgent(chatId, { email, name }, note) {
    return this.#client.reported(async () => {
      await this.#transfer(chatId, { toAgent: email }, note);
      const deskChat = this.#state.find(chatId);
      if (deskChat) deskChat.askedAgent = name;
      this.#tell(`${name} is asked to take the chat`);
      this.#state.changed();
    });
  }

  /** Lets a chat wait in a queue, ahead of those who came later. */
  transferToQueue(chatId, queueId, note) {
    return this.#client.reported(() => this.#transfer(chatId, { toQueue: queueId }, note));
  }

  /** Gives a chat back: it waits in its queue again, where it stood. */
  returnToQueue(chatId) {
    return this.#client.reported(() => this.#api.changeStatus(chatId, "waiting"));
  }

  /** How long the lines are; nothing is said of a failure, for the figures come again soon. */
  async loadQueues() {
    if (!this.#state.connection.isOnline) return;
    try {
      this.#state.queues = await this.#api.queues();
      this.#state.changed();
    } catch {
      // The old figures stay.
    }
  }

  #take(command, chatId) {
    return this.#client.reported(async () => {
      try {
        await this.#client.taken((await this.#socket.command(command, { chatId })).chat);
        return true;
      } catch (error) {
        if (error.code === "already_taken") this.#answered(chatId);
        throw error;
      }
    });
  }

  async #transfer(chatId, to, note) {
    const { chat } = await this.#socket.command("transfer-chat", { chatId, ...to, ...(note && { note }) });
    this.#state.applyChat(chat);
  }

  #answered(chatId) {
    this.#state.requests.remove(chatId);
    this.#state.changed();
  }
}
