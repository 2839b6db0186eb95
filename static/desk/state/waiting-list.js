/** The chats that wait for somebody: the most important first, of those the longest waiting (SPEC §8). */

import { personName } from "./people.js";
import { LiveMap } from "./live-map.js";

/** What was said last, when that was a file without words. */
const FILE = "Sent a file";

/**
 * @typedef {object} WaitingChat
 * @property {string} chatId
 * @property {string} customerName
 * @property {string} preview    the customer's last words, or ""
 * @property {string|null} queueId
 * @property {string} queueName  or ""
 * @property {string} since      ISO 8601
 * @property {number} priority
 * @property {string[]} skills   what an agent needs for it
 * @property {string} reason     why the assistant did not go on with it, or ""
 */
export class WaitingList {
  #live = new LiveMap();
  #queueNames = new Map();
  /** Kept after a chat left: "removed" may come before the word on who took it, and a chat may come back. */
  #lastSeen = new Map();

  /** @returns {WaitingChat[]} */
  get chats() {
    return this.#live.values.toSorted(
      (one, other) => other.priority - one.priority || Date.parse(one.since) - Date.parse(other.since) || one.chatId.localeCompare(other.chatId),
    );
  }

  get(chatId) {
    return this.#live.get(chatId);
  }

  countOf(queueId) {
    return this.#live.values.filter((chat) => chat.queueId === queueId).length;
  }

  /** The customer's name, also of a chat that left the list since the last snapshot; null when unknown. */
  nameOf(chatId) {
    return this.#lastSeen.get(chatId)?.customerName ?? null;
  }

  beginSnapshot() {
    this.#live.beginSnapshot();
  }

  /** Takes the waiting conversations as REST has them (SPEC §5.1), of the queues this agent serves. */
  applySnapshot(conversations, queues) {
    this.#queueNames = new Map(queues.map((queue) => [queue._id, queue.name]));
    const served = conversations.filter((conversation) => this.#queueNames.has(conversation.queue?.id));
    this.#live.applySnapshot(
      served.map((conversation) => [conversation._id, this.#fromRest(conversation)]),
    );
    this.#lastSeen = new Map(this.#live.values.map((chat) => [chat.chatId, chat]));
  }

  /** Takes a `queue-notification` (SPEC §5.2). */
  applyNotification({ type, chatId, queueId, customer, preview, since, priority, skills, reason }, now = new Date()) {
    if (type === "removed") return this.#removeFrom(queueId, chatId);
    this.#live.change((waiting) => {
      const known = waiting.get(chatId);
      // News of a chat that has left already: what a customer writes and who takes it are told by different processes.
      if (type === "message" && !known) return;
      const before = known ?? this.#lastSeen.get(chatId);
      // Of the chat itself a message says nothing new.
      const chat = type === "message" ? { ...known, preview: preview || FILE } : {
        chatId,
        customerName: personName(customer) ?? before?.customerName ?? "Visitor",
        preview: preview || before?.preview || "",
        queueId: queueId ?? null,
        queueName: this.#queueNames.get(queueId) ?? known?.queueName ?? "",
        since: since ?? known?.since ?? now.toISOString(),
        priority: priority ?? known?.priority ?? 0,
        skills: skills ?? known?.skills ?? [],
        reason: reason || known?.reason || "",
      };
      waiting.set(chatId, chat);
      this.#lastSeen.set(chatId, chat);
    });
  }

  remove(chatId) {
    this.#live.change((waiting) => waiting.delete(chatId));
  }

  /** A chat that went from one of this agent's queues to another is in the other by then. */
  #removeFrom(queueId, chatId) {
    this.#live.change((waiting) => {
      if (waiting.get(chatId)?.queueId === queueId) waiting.delete(chatId);
    });
  }

  #fromRest(conversation) {
    return {
      chatId: conversation._id,
      customerName: personName(conversation.userId) ?? "Visitor",
      preview: conversation.lastMessage === "" ? FILE : (conversation.lastMessage ?? ""),
      queueId: conversation.queue.id,
      queueName: conversation.queue.name,
      since: conversation.waitingSince ?? conversation.createdAt,
      priority: conversation.priority ?? 0,
      skills: conversation.requiredSkills ?? [],
      reason: "",
    };
  }
}
