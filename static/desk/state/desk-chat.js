/** One conversation as the desk has it: the shared state of it, whose it is, who is typing. */

import { Conversation } from "../../shared/conversation.js";
import { isSystemMessage } from "../../shared/messages.js";
import { TypingTracker } from "../../shared/typing.js";
import { Notes } from "./notes.js";
import { authorOf, isStaffRole } from "./people.js";
import { wordsOf } from "./words.js";

/** Whose a chat is, seen from this agent. */
export const Standing = Object.freeze({
  UNKNOWN: "unknown",
  WAITING: "waiting",
  MINE: "mine",
  ASSISTED: "assisted",
  THEIRS: "theirs",
  RESOLVED: "resolved",
  CLOSED: "closed",
});

export class DeskChat {
  /** Whether it stands in "My chats": since it became mine, until it was left after it ended. */
  isListed = false;
  /** Presence of the customer, or null while unknown. */
  customerStatus = null;
  /** Why it ended, for people; null while it goes on. */
  ending = null;
  /** When the server will close it for want of anybody writing (ISO 8601), or null. */
  closesAt = null;
  /** The name of the colleague who is asked to take it, or null. */
  askedAgent = null;
  /** Whether a page of older messages is on its way. */
  isLoadingOlder = false;
  /** What the team wrote about it among itself. */
  notes = new Notes();
  /** Files on their way into it. @type {import("../../shared/uploads.js").Upload[]} */
  uploads = [];

  #agent;

  /**
   * @param {string} id
   * @param {{id: string, email: string, role: string}} agent  who sits at the desk
   * @param {() => void} onChange  called when a typing hint ends by itself
   * @param {import("../../shared/clock.js").Clock} [clock]
   */
  constructor(id, agent, onChange, clock) {
    this.id = id;
    this.#agent = agent;
    this.conversation = new Conversation({
      ownId: agent.id,
      isOwn: (message) => authorOf(message) === agent.id,
    });
    this.typing = new TypingTracker(onChange, clock);
  }

  get chat() {
    return this.conversation.chat;
  }

  get customerName() {
    return this.chat?.customer?.name || this.chat?.customer?.email || "Visitor";
  }

  get assistantName() {
    return this.chat?.assistant?.name ?? "The assistant";
  }

  get customerEmail() {
    return this.chat?.customer?.email ?? "";
  }

  /** Whether this person is the customer: known by e-mail, or, a visitor without one, by having written. */
  isCustomer({ userId, email }) {
    if (email && email === this.customerEmail) return true;
    return this.conversation.messages.some((message) => !message.fromAgent && authorOf(message) === userId);
  }

  /** @returns {string} a Standing */
  get standing() {
    if (!this.chat) return Standing.UNKNOWN;
    const { status } = this.chat;
    if (status === "closed") return Standing.CLOSED;
    if (status === "resolved") return Standing.RESOLVED;
    if (status === "waiting") return Standing.WAITING;
    if (!this.chat.agent) return Standing.ASSISTED;
    return this.isAssignedToMe ? Standing.MINE : Standing.THEIRS;
  }

  get unread() {
    return this.conversation.unread;
  }

  /** Whether this agent had it last, be it resolved or closed since. */
  get isAssignedToMe() {
    return this.chat?.agent?.email === this.#agent.email;
  }

  /** Whether this agent may take it from whoever has it: admins from colleagues, everybody from the assistant (SPEC §3). */
  get mayTakeOver() {
    return this.standing === Standing.ASSISTED || (this.standing === Standing.THEIRS && this.#agent.role === "admin");
  }

  /** What this agent may do to a message that is stored (SPEC §6). @returns {{canEdit: boolean, canDelete: boolean}} */
  rightsTo(message) {
    const isAdmin = this.#agent.role === "admin";
    const isChangeable = this.chat !== null && this.chat.status !== "closed" && !message.deletedAt && !isSystemMessage(message);
    const isOwn = this.conversation.isOwn(message);
    return {
      canEdit: isChangeable && isOwn && (isAdmin || this.isAssignedToMe),
      canDelete: isChangeable && (isAdmin || (isOwn && this.isAssignedToMe)),
    };
  }

  /** The last thing said, on one line; what this agent said is marked as such. */
  get preview() {
    const last = this.conversation.pending.at(-1) ?? this.conversation.messages.at(-1);
    if (!last) return "";
    const isOwn = !last.seq || this.conversation.isOwn(last);
    return (isOwn ? "You: " : "") + wordsOf(last).replace(/\s+/g, " ");
  }

  /** Takes a `presence-change` about somebody in this chat. */
  applyPresence({ userId, email, name, role, status }) {
    if (status === "typing") this.typing.begin(userId, name || email || "Visitor");
    else this.typing.end(userId);
    const isWhereabouts = status !== "typing" && status !== "idle";
    if (isWhereabouts && !isStaffRole(role)) this.customerStatus = status;
  }

  /** Takes a `chat-message`; whoever sent it has stopped typing, and the chat is no longer about to be closed. */
  applyMessage(message) {
    this.conversation.apply(message);
    this.typing.end(authorOf(message));
    this.closesAt = null;
  }
}
