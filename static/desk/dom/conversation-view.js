/** The middle column's frame: who it is with, what can be done with it, who is typing. */

import { clockTime } from "../../shared/time.js";
import { Standing } from "../state/desk-chat.js";
import { part, setText } from "./elements.js";

const STATUS_WORDS = {
  [Standing.UNKNOWN]: "Loading…",
  [Standing.WAITING]: "Waiting",
  [Standing.MINE]: "Your chat",
  [Standing.RESOLVED]: "Resolved",
  [Standing.CLOSED]: "Closed",
};

const PRESENCE_WORDS = { online: "customer online", away: "customer away", offline: "customer offline" };

export class ConversationView {
  #state;
  #language;
  #take = document.getElementById("take-chat");
  #close = document.getElementById("close-chat");

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {{take: (chatId: string) => void, close: (deskChat: object) => void, language: string}} options
   */
  constructor(state, { take, close, language }) {
    this.#state = state;
    this.#language = language;
    this.#take.addEventListener("click", () => take(state.selectedId));
    this.#close.addEventListener("click", () => close(state.selected));
  }

  render() {
    const deskChat = this.#state.selected;
    const empty = document.getElementById("conversation-empty");
    empty.hidden = deskChat !== null;
    document.getElementById("conversation-shown").hidden = deskChat === null;
    if (!deskChat) {
      setText(part(empty, "text"), this.#invitation());
      return;
    }
    setText(document.getElementById("conversation-title"), this.#nameOf(deskChat));
    setText(document.getElementById("conversation-status"), this.#statusOf(deskChat));
    const { isOnline } = this.#state.connection;
    this.#take.hidden = deskChat.standing !== Standing.WAITING;
    this.#take.disabled = !isOnline;
    this.#close.hidden = deskChat.standing !== Standing.MINE;
    this.#close.disabled = !isOnline;
    const { names } = deskChat.typing;
    setText(document.getElementById("typing"), names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…` : "");
  }

  #invitation() {
    if (!this.#state.isLoaded) return "Loading…";
    if (this.#state.waiting.chats.length) return "Choose a chat, or take the next one.";
    return this.#state.myChats.length ? "Choose a chat." : "Nobody is waiting. New chats appear here at once.";
  }

  #nameOf(deskChat) {
    return deskChat.chat ? deskChat.customerName : (this.#state.waiting.get(deskChat.id)?.customerName ?? "Chat");
  }

  #statusOf({ standing, chat, customerStatus, closesAt, ending }) {
    const agentName = chat?.agent?.name || "another agent";
    const words = [standing === Standing.THEIRS ? `With ${agentName}` : (ending ?? STATUS_WORDS[standing])];
    if (chat?.queue) words.push(chat.queue.name);
    if (standing === Standing.MINE && PRESENCE_WORDS[customerStatus]) words.push(PRESENCE_WORDS[customerStatus]);
    if (closesAt) words.push(`closes by itself at ${clockTime(closesAt, this.#language)}`);
    return words.join(" · ");
  }
}
