/** What the agent is asked, as cards above everything: who, why, how long there is to answer. */

import { duration, secondsSince } from "../../shared/time.js";
import { secondsLeft } from "../state/requests.js";
import { KeyedList, fromTemplate, part, setAttribute, setText } from "./elements.js";
import { priorityWords } from "./needs.js";

export class RequestsView {
  #state;
  #language;
  #cards;

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {{accept: (chatId: string) => void, decline: (chatId: string) => void, open: (chatId: string) => void, language: string}} options
   */
  constructor(state, { accept, decline, open, language }) {
    this.#state = state;
    this.#language = language;
    this.#cards = new KeyedList(
      document.getElementById("requests"),
      ({ chatId }) => {
        const node = fromTemplate("request");
        part(node, "accept").addEventListener("click", () => accept(chatId));
        part(node, "decline").addEventListener("click", () => decline(chatId));
        part(node, "open").addEventListener("click", () => open(chatId));
        return node;
      },
      (node, request) => this.#show(node, request),
    );
  }

  render() {
    this.#cards.render(this.#state.requests.all.map((request) => [request.chatId, request]));
  }

  /** The time left goes on by itself; to be called every second. */
  tick() {
    for (const request of this.#state.requests.all) {
      const node = this.#cards.nodeOf(request.chatId);
      if (node) this.#showTime(node, request);
    }
  }

  #show(node, request) {
    const { customerName, fromName, queueName, note, priority, skills } = request;
    // Who is asked at once is asked before the customer has said anything.
    const preview = this.#state.waiting.get(request.chatId)?.preview || request.preview;
    setText(part(node, "title"), fromName ? `${fromName} wants to transfer a chat to you` : "A chat for you");
    setText(part(node, "open"), customerName);
    setText(part(node, "facts"), [queueName, priorityWords(priority), skills.join(", ")].filter(Boolean).join(" · "));
    setText(part(node, "preview"), preview || "No message yet");
    part(node, "note").hidden = !note;
    setText(part(node, "note"), note);
    setAttribute(part(node, "accept"), "aria-label", `Accept the chat with ${customerName}`);
    setAttribute(part(node, "decline"), "aria-label", `Decline the chat with ${customerName}`);
    this.#showTime(node, request);
  }

  #showTime(node, request) {
    const left = secondsLeft(request);
    setText(part(node, "left"), duration(left, this.#language));
    const bar = part(node, "bar");
    bar.max = request.timeoutSeconds;
    bar.value = left;
    const waited = request.since && duration(secondsSince(request.since), this.#language);
    setText(part(node, "waited"), waited ? `Waiting for ${waited}` : "");
  }
}
