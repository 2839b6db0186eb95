/** In the left column: the chats that the assistant has, to look in and to take over. */

import { fullTime } from "../../shared/time.js";
import { renderAvatar } from "./avatar.js";
import { KeyedList, fromTemplate, part, setAttribute, setText } from "./elements.js";
import { shortTime, showCount, showEmpty } from "./lists-view.js";

const NONE = "The assistant has no chats.";
const UNKNOWN = "The assistant’s chats could not be loaded.";

export class AssistedView {
  #state;
  #language;
  #list;
  #section = document.getElementById("assisted-section");

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {{open: (chatId: string) => void, language: string}} options
   */
  constructor(state, { open, language }) {
    this.#state = state;
    this.#language = language;
    this.#list = new KeyedList(
      document.getElementById("assisted"),
      ({ chatId }) => {
        const node = fromTemplate("my-chat");
        part(node, "open").addEventListener("click", () => open(chatId));
        return node;
      },
      (node, chat) => this.#show(node, chat),
    );
  }

  render() {
    const { assisted, isLoaded } = this.#state;
    const { chats } = assisted;
    // A team without an assistant is not told of none, until somebody gives it one.
    if (chats.length) this.#section.hidden = false;
    this.#list.render(chats.map((chat) => [chat.chatId, chat]));
    showEmpty("assisted-empty", chats.length === 0, !isLoaded ? "Loading…" : assisted.isKnown ? NONE : UNKNOWN);
    showCount("assisted-count", chats.length, "with the assistant");
  }

  #show(node, { chatId, customerName, preview, since }) {
    renderAvatar(part(node, "avatar"), customerName);
    setText(part(node, "name"), customerName);
    setText(part(node, "preview"), preview || "No message yet");
    const time = part(node, "time");
    setText(time, shortTime(since, this.#language));
    setAttribute(time, "datetime", since);
    setAttribute(time, "title", `Since ${fullTime(since, this.#language)}`);
    setAttribute(part(node, "open"), "aria-current", chatId === this.#state.selectedId ? "true" : null);
  }
}
