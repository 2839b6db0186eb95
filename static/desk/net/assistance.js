/** What an agent asks of the assistant: to go on with a chat, or to suggest a reply (SPEC §9). */

import { Suggestion } from "../state/suggestion.js";

export class Assistance {
  #state;
  #socket;
  #client;
  #write;
  #tell;

  /**
   * @param {object} options
   * @param {import("../state/desk-state.js").DeskState} options.state
   * @param {import("./desk-socket.js").DeskSocket} options.socket
   * @param {import("./desk-client.js").DeskClient} options.client
   * @param {(chatId: string, text: string) => void} options.write  puts a text in place of the draft of a reply
   * @param {(text: string, kind?: "error") => void} options.tell  shows a short notice
   */
  constructor({ state, socket, client, write, tell }) {
    this.#state = state;
    this.#socket = socket;
    this.#client = client;
    this.#write = write;
    this.#tell = tell;
    socket.on("chat-stream", (part) => {
      if (part.suggestion && state.suggestion) this.#go(state.suggestion, state.suggestion.apply(part));
    });
  }

  /** Gives a chat back to the assistant. */
  resume(chatId) {
    return this.#client.reported(async () => this.#state.applyChat((await this.#socket.command("resume-ai", { chatId })).chat));
  }

  /** Has a reply written after what the agent has written, one at a time; resolves when it has begun. */
  async suggest(chatId, draft) {
    const suggestion = new Suggestion(chatId, draft);
    this.#become(suggestion);
    const ack = await this.#client.reported(() => this.#socket.command("suggest-reply", { chatId }));
    if (this.#state.suggestion !== suggestion) return;
    if (ack) this.#go(suggestion, suggestion.confirm(ack.streamId));
    else this.stop();
  }

  /** Nothing more of it is written; what is there stays, and is the agent's. */
  stop() {
    if (this.#state.suggestion) this.#become(null);
  }

  #go(suggestion, ending) {
    if (suggestion.hasText) this.#write(suggestion.chatId, suggestion.text);
    if (!ending) return;
    this.stop();
    if (ending === "failed") this.#tell("The assistant could not suggest a reply.", "error");
  }

  #become(suggestion) {
    this.#state.suggestion = suggestion;
    this.#state.changed();
  }
}
