/** The left column: the queue, my chats, the team. */

import { clockTime, dayKey, duration, fullTime, secondsSince } from "../../shared/time.js";
import { Standing } from "../state/desk-chat.js";
import { renderAvatar } from "./avatar.js";
import { KeyedList, fromTemplate, part, setAttribute, setText } from "./elements.js";
import { priorityWords } from "./needs.js";

/** From here on a wait is shown as long, and as too long. */
const LONG_WAIT_SECONDS = 120;
const TOO_LONG_WAIT_SECONDS = 300;

const STATUS_WORDS = { online: "", busy: "busy", away: "away", offline: "offline" };

export class ListsView {
  #state;
  #language;
  #queue;
  #lines;
  #myChats;
  #team;

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {{take: (chatId: string) => void, open: (chatId: string) => void, language: string}} options
   */
  constructor(state, { take, open, language }) {
    this.#state = state;
    this.#language = language;
    this.#queue = new KeyedList(
      document.getElementById("queue"),
      ({ chatId }) => {
        const node = fromTemplate("waiting-chat");
        part(node, "open").addEventListener("click", () => open(chatId));
        part(node, "take").addEventListener("click", () => take(chatId));
        return node;
      },
      (node, chat) => this.#showWaiting(node, chat),
    );
    this.#lines = new KeyedList(document.getElementById("queue-lines"), () => fromTemplate("queue-line"), (node, line) => this.#showLine(node, line));
    this.#myChats = new KeyedList(
      document.getElementById("my-chats"),
      ({ id }) => {
        const node = fromTemplate("my-chat");
        part(node, "open").addEventListener("click", () => open(id));
        return node;
      },
      (node, deskChat) => this.#showMine(node, deskChat),
    );
    this.#team = new KeyedList(document.getElementById("team"), () => fromTemplate("team-member"), showMember);
  }

  render() {
    const { waiting, queues, myChats, team, isLoaded, connection, unread } = this.#state;
    this.#lines.render(queues.map((queue) => [queue._id, queue]));
    this.#queue.render(waiting.chats.map((chat) => [chat.chatId, chat]));
    this.#myChats.render(myChats.map((deskChat) => [deskChat.id, deskChat]));
    this.#team.render(team.members.map((person) => [person.email, person]));
    showEmpty("queue-empty", waiting.chats.length === 0, isLoaded ? "Nobody is waiting." : "Loading…");
    showEmpty("my-chats-empty", myChats.length === 0, isLoaded ? "You have no chats. Take one from the queue." : "Loading…");
    showCount("queue-count", waiting.chats.length, "waiting");
    showCount("my-chats-count", unread, "unread");
    document.getElementById("take-next").disabled = !connection.isOnline || waiting.chats.length === 0;
  }

  /** Waiting times go on by themselves; to be called every second. */
  tick() {
    for (const chat of this.#state.waiting.chats) {
      const node = this.#queue.nodeOf(chat.chatId);
      if (node) this.#showWait(node, chat);
    }
  }

  /** Puts the keyboard on the selected chat, else on the first one there is. */
  focus() {
    const selected = this.#myChats.nodeOf(this.#state.selectedId) ?? this.#queue.nodeOf(this.#state.selectedId);
    const node = selected ?? document.querySelector("#my-chats li, #queue li, #assisted li");
    (node ? part(node, "open") : document.getElementById("take-next")).focus();
  }

  #showWaiting(node, chat) {
    renderAvatar(part(node, "avatar"), chat.customerName);
    setText(part(node, "name"), chat.customerName);
    setText(part(node, "preview"), chat.preview || "No message yet");
    setText(part(node, "queue"), chat.queueName);
    part(node, "reason").hidden = !chat.reason;
    setText(part(node, "reason"), chat.reason);
    showNeeds(part(node, "needs"), chat);
    const take = part(node, "take");
    take.disabled = !this.#state.connection.isOnline;
    setAttribute(take, "aria-label", `Take the chat with ${chat.customerName}`);
    setAttribute(part(node, "open"), "aria-current", chat.chatId === this.#state.selectedId ? "true" : null);
    this.#showWait(node, chat);
  }

  #showWait(node, { since }) {
    const seconds = secondsSince(since);
    const time = part(node, "since");
    setText(time, duration(seconds, this.#language));
    setAttribute(time, "datetime", since);
    setAttribute(time, "title", `Waiting since ${fullTime(since, this.#language)}`);
    setAttribute(time, "data-wait", seconds >= TOO_LONG_WAIT_SECONDS ? "too-long" : seconds >= LONG_WAIT_SECONDS ? "long" : "short");
  }

  /** How long somebody who came now would wait, as far as the server can say. */
  #showLine(node, { _id, name, agentsOnline, eta }) {
    const waiting = this.#state.waiting.countOf(_id);
    setText(part(node, "name"), name);
    const wait = eta === null ? (agentsOnline ? "" : "nobody here") : `${duration(eta, this.#language)} to wait`;
    setText(part(node, "figures"), [`${waiting} waiting`, wait].filter(Boolean).join(" · "));
  }

  #showMine(node, deskChat) {
    const { customerName, customerStatus, unread, typing, preview, standing, conversation } = deskChat;
    const ending = deskChat.ending ?? (standing === Standing.RESOLVED ? "Resolved" : null);
    const isTyping = typing.names.length > 0;
    renderAvatar(part(node, "avatar"), customerName);
    setAttribute(part(node, "avatar"), "data-presence", customerStatus ?? "unknown");
    setText(part(node, "name"), customerName);
    setText(part(node, "preview"), ending ?? (isTyping ? "typing…" : preview));
    node.classList.toggle("typing-now", isTyping);
    node.classList.toggle("ended", ending !== null);
    node.classList.toggle("unread", unread > 0);
    const last = conversation.messages.at(-1);
    setText(part(node, "time"), last ? shortTime(last.sentAt, this.#language) : "");
    const badge = part(node, "unread");
    badge.hidden = unread === 0;
    setText(badge, String(unread));
    setAttribute(badge, "aria-label", `${unread} unread`);
    setAttribute(part(node, "open"), "aria-current", deskChat.id === this.#state.selectedId ? "true" : null);
  }
}

function showMember(node, { name, status }) {
  setText(part(node, "name"), name);
  setText(part(node, "status"), STATUS_WORDS[status] ?? status);
  setAttribute(part(node, "dot"), "data-presence", status);
  node.classList.toggle("offline", status === "offline");
}

/** They change rarely, and hold no focus: made anew. */
function showNeeds(place, { priority, skills }) {
  const needs = [["priority", priorityWords(priority)], ...skills.map((skill) => ["skill", skill])].filter(([, text]) => text);
  const key = JSON.stringify(needs);
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...needs.map(([kind, text]) => {
    const node = fromTemplate("need");
    node.dataset.kind = kind;
    node.textContent = text;
    return node;
  }));
}

export function showEmpty(id, isShown, text) {
  const node = document.getElementById(id);
  node.hidden = !isShown;
  setText(node, text);
}

export function showCount(id, count, word) {
  const node = document.getElementById(id);
  node.hidden = count === 0;
  setText(node, String(count));
  setAttribute(node, "aria-label", `${count} ${word}`);
}

export function shortTime(iso, language) {
  if (dayKey(iso) === dayKey(Date.now())) return clockTime(iso, language);
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(new Date(iso));
}
