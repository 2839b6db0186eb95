/** The middle column's frame: who it is with, what can be done with it, who is typing. */

import { clockTime } from "../../shared/time.js";
import { Standing } from "../state/desk-chat.js";
import { part, setText } from "./elements.js";

const STATUS_WORDS = {
  [Standing.UNKNOWN]: "Loading…",
  [Standing.WAITING]: "Waiting",
  [Standing.MINE]: "Your chat",
  [Standing.ASSISTED]: "With the assistant",
  [Standing.RESOLVED]: "Resolved",
  [Standing.CLOSED]: "Closed",
};

const PRESENCE_WORDS = { online: "customer online", away: "customer away", offline: "customer offline" };

export class ConversationView {
  #state;
  #language;
  #take = document.getElementById("take-chat");
  #close = document.getElementById("close-chat");
  #resolve = document.getElementById("resolve-chat");
  #reopen = document.getElementById("reopen-chat");
  #takeOver = document.getElementById("take-over-chat");
  #transfer = document.getElementById("transfer-chat");
  #giveBack = document.getElementById("return-chat");
  #resume = document.getElementById("resume-ai");

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {object} options
   * @param {(chatId: string) => void} options.take
   * @param {(deskChat: object) => void} options.close
   * @param {(chatId: string) => void} options.resolve
   * @param {(chatId: string) => void} options.reopen
   * @param {(chatId: string) => void} options.takeOver
   * @param {(deskChat: object) => void} options.transfer
   * @param {(chatId: string) => void} options.giveBack  into its queue
   * @param {(chatId: string) => void} options.resume  to the assistant
   * @param {string} options.language
   */
  constructor(state, { take, close, resolve, reopen, takeOver, transfer, giveBack, resume, language }) {
    this.#state = state;
    this.#language = language;
    this.#take.addEventListener("click", () => take(state.selectedId));
    this.#close.addEventListener("click", () => close(state.selected));
    this.#resolve.addEventListener("click", () => resolve(state.selectedId));
    this.#reopen.addEventListener("click", () => reopen(state.selectedId));
    this.#takeOver.addEventListener("click", () => takeOver(state.selectedId));
    this.#transfer.addEventListener("click", () => transfer(state.selected));
    this.#giveBack.addEventListener("click", () => giveBack(state.selectedId));
    this.#resume.addEventListener("click", () => resume(state.selectedId));
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
    const { standing, isAssignedToMe } = deskChat;
    const isResolved = standing === Standing.RESOLVED;
    this.#show(this.#take, standing === Standing.WAITING);
    this.#show(this.#resolve, standing === Standing.MINE);
    this.#show(this.#takeOver, deskChat.mayTakeOver);
    this.#show(this.#transfer, standing === Standing.MINE);
    this.#show(this.#giveBack, standing === Standing.MINE);
    this.#show(this.#resume, standing === Standing.MINE && Boolean(deskChat.chat.assistant));
    this.#show(this.#reopen, isResolved && isAssignedToMe);
    this.#show(this.#close, standing === Standing.MINE || (isResolved && isAssignedToMe));
    setText(document.getElementById("typing"), this.#state.connection.isOnline ? busyWords(deskChat) : "");
  }

  #show(button, isOffered) {
    button.hidden = !isOffered;
    button.disabled = !this.#state.connection.isOnline;
  }

  #invitation() {
    if (!this.#state.isLoaded) return "Loading…";
    if (this.#state.waiting.chats.length) return "Choose a chat, or take the next one.";
    return this.#state.myChats.length ? "Choose a chat." : "Nobody is waiting. New chats appear here at once.";
  }

  #nameOf(deskChat) {
    return deskChat.chat ? deskChat.customerName : (this.#state.waiting.get(deskChat.id)?.customerName ?? "Chat");
  }

  #statusOf({ standing, chat, customerStatus, closesAt, ending, askedAgent }) {
    const words = [standing === Standing.THEIRS ? `With ${chat.agent.name || "another agent"}` : (ending ?? STATUS_WORDS[standing])];
    if (chat?.queue) words.push(chat.queue.name);
    if (standing === Standing.MINE && PRESENCE_WORDS[customerStatus]) words.push(PRESENCE_WORDS[customerStatus]);
    if (askedAgent) words.push(`${askedAgent} is asked to take it`);
    if (closesAt) words.push(`closes by itself at ${clockTime(closesAt, this.#language)}`);
    return words.join(" · ");
  }
}

/** Who is writing, or looking something up. */
function busyWords({ typing, conversation, assistantName }) {
  const { stream } = conversation;
  if (stream) return `${assistantName} is ${stream.tool === "search_knowledge_base" ? "looking it up" : "answering"}…`;
  const { names } = typing;
  return names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…` : "";
}
