/** Everything the desk shows. No page and no socket in here; `events.js` has what changes it from outside. */

import { Connection } from "../../shared/connection.js";
import { AssistedList } from "./assisted-list.js";
import { DeskChat, Standing } from "./desk-chat.js";
import { Requests } from "./requests.js";
import { Team } from "./team.js";
import { WaitingList } from "./waiting-list.js";

/** Chats that go on in another list than "My chats". */
const ELSEWHERE = new Set([Standing.WAITING, Standing.ASSISTED]);

export class DeskState {
  waiting = new WaitingList();
  assisted = new AssistedList();
  /** The reply that is just being suggested, or null. @type {import("./suggestion.js").Suggestion|null} */
  suggestion = null;
  requests = new Requests();
  /** The queues this agent serves, as `GET queues` has them. */
  queues = [];
  team = new Team();
  connection;
  /** Id of the chat in the middle column, or null. */
  selectedId = null;
  /** The first message that was unread when the chat was opened, or null. */
  newFromSeq = null;
  /** Whether the lists have come from the server once. */
  isLoaded = false;
  agent;

  #chats = new Map();
  #onChange;
  #clock;

  /**
   * @param {{id: string, email: string, name: string}} agent  who sits at the desk
   * @param {() => void} [onChange]  called after every change
   * @param {import("../../shared/clock.js").Clock} [clock]
   */
  constructor(agent, onChange = () => {}, clock = undefined) {
    this.agent = agent;
    this.#onChange = onChange;
    this.#clock = clock;
    this.connection = new Connection(onChange);
  }

  /** My chats, the longest standing first: nothing changes its place because somebody wrote. @returns {DeskChat[]} */
  get myChats() {
    return [...this.#chats.values()]
      .filter((deskChat) => deskChat.isListed)
      .sort((one, other) => Date.parse(one.chat.createdAt) - Date.parse(other.chat.createdAt) || (one.id < other.id ? -1 : 1));
  }

  /** @returns {DeskChat|null} */
  get selected() {
    return this.selectedId ? this.chatOf(this.selectedId) : null;
  }

  get unread() {
    return this.myChats.reduce((sum, deskChat) => sum + deskChat.unread, 0);
  }

  /** Every chat known here, listed or not. */
  get knownChats() {
    return [...this.#chats.values()];
  }

  /** A chat that is known here. @returns {DeskChat|undefined} */
  find(id) {
    return this.#chats.get(id);
  }

  /** The chat of this id; an unknown one begins empty, because its backlog comes before the answer that describes it. */
  chatOf(id) {
    if (!this.#chats.has(id)) this.#chats.set(id, new DeskChat(id, this.agent, () => this.changed(), this.#clock));
    return this.#chats.get(id);
  }

  changed() {
    this.#onChange();
  }

  /** Shows a chat in the middle column; the one shown before leaves the list if it has ended. */
  select(id) {
    if (id === this.selectedId) return;
    const left = this.selected;
    this.selectedId = id;
    this.newFromSeq = id ? firstUnreadSeq(this.chatOf(id)) : null;
    if (left && left.standing !== Standing.MINE) this.#drop(left);
    this.changed();
  }

  /** The neighbour of the selected chat in "My chats", or null without any. */
  neighbour(step) {
    const chats = this.myChats;
    if (!chats.length) return null;
    const index = chats.findIndex((deskChat) => deskChat.id === this.selectedId);
    if (index === -1) return chats.at(step > 0 ? 0 : -1).id;
    return chats[(index + step + chats.length) % chats.length].id;
  }

  /** Takes the `chat` of an ack (SPEC §5): what the chat is now. Its backlog must have been taken before. */
  applyChat(chat) {
    const deskChat = this.chatOf(chat.chatId);
    deskChat.conversation.applyChat(chat);
    this.#settle(deskChat);
    if (deskChat.standing !== Standing.WAITING) this.waiting.remove(chat.chatId);
    if (deskChat.standing !== Standing.ASSISTED) this.assisted.remove(chat.chatId);
    if (deskChat.standing === Standing.MINE) this.requests.remove(chat.chatId);
    this.changed();
    return deskChat;
  }

  /** Takes the ids of all open chats of mine; returns those whose state must be asked for: these and what is shown here. */
  applyOwnChats(ids) {
    const shown = this.knownChats.filter(
      (deskChat) => (deskChat.isListed || deskChat.id === this.selectedId) && deskChat.standing !== Standing.CLOSED,
    );
    return [...new Set([...ids, ...shown.map((deskChat) => deskChat.id)])];
  }

  /** A chat that cannot be read any more. */
  forget(id) {
    if (this.find(id)) this.#drop(this.find(id));
    if (this.selectedId === id) this.selectedId = null;
    this.changed();
  }

  /** The connection ended: whoever was typing may have stopped, and nobody tells how an answer goes on. */
  connectionLost() {
    this.suggestion = null;
    for (const { typing, conversation } of this.#chats.values()) {
      typing.clear();
      conversation.interruptStream();
    }
  }

  /** Changes what a chat is known to be; one whose description has not come yet is asked for later anyway. */
  updateChat(id, changes) {
    const deskChat = this.find(id);
    if (!deskChat?.chat) return;
    deskChat.conversation.updateChat(changes);
    this.#settle(deskChat);
  }

  #settle(deskChat) {
    if (deskChat.standing === Standing.MINE) {
      deskChat.isListed = true;
      deskChat.ending = null;
    } else if (deskChat.id !== this.selectedId && deskChat.unread === 0) {
      this.#drop(deskChat);
    } else if (deskChat.id === this.selectedId && ELSEWHERE.has(deskChat.standing)) {
      deskChat.isListed = false;
    }
  }

  #drop(deskChat) {
    deskChat.isListed = false;
    deskChat.typing.clear();
    this.#chats.delete(deskChat.id);
  }
}

function firstUnreadSeq({ conversation, unread }) {
  const others = conversation.messages.filter((message) => message.type !== "system" && !conversation.isOwn(message));
  // Where all is new, nothing needs to be told apart.
  return unread && unread < others.length ? others.at(-unread).seq : null;
}
