/** The chats that the assistant has, in which nobody of the team is needed yet (SPEC §9). */

import { LiveMap } from "./live-map.js";
import { personName } from "./people.js";

/**
 * @typedef {object} AssistedChat
 * @property {string} chatId
 * @property {string} customerName
 * @property {string} preview    what was said last, or ""
 * @property {string|null} queueId  into which it goes when somebody is needed
 * @property {string} since      ISO 8601, when it began
 */
export class AssistedList {
  /** Whether the server has said which there are. */
  isKnown = false;
  #live = new LiveMap();

  /** The latest first: who has just come is the likeliest to need somebody. @returns {AssistedChat[]} */
  get chats() {
    return this.#live.values.toSorted((one, other) => Date.parse(other.since) - Date.parse(one.since) || one.chatId.localeCompare(other.chatId));
  }

  get(chatId) {
    return this.#live.get(chatId);
  }

  beginSnapshot() {
    this.#live.beginSnapshot();
  }

  /** Takes the assistant's conversations as REST has them (SPEC §5.1), of the queues this agent serves: of others nothing is told. */
  applySnapshot(conversations, queues) {
    const served = new Set(queues.map((queue) => queue._id));
    const entries = conversations
      .filter(({ queue }) => served.has(queue?.id))
      .map(({ _id, userId, lastMessage, queue, createdAt }) => [
        _id,
        { chatId: _id, customerName: personName(userId) ?? "Visitor", preview: lastMessage ?? "", queueId: queue.id, since: createdAt },
      ]);
    this.#live.applySnapshot(entries);
    this.isKnown = true;
  }

  /** Takes a `queue-notification` (SPEC §5.2). */
  applyNotification({ type, chatId, queueId, customer, preview, since }, now = new Date()) {
    this.#live.change((assisted) => {
      const known = assisted.get(chatId);
      if (type === "assisted") {
        assisted.set(chatId, {
          chatId,
          customerName: personName(customer) ?? "Visitor",
          preview: preview || known?.preview || "",
          queueId,
          since: since ?? known?.since ?? now.toISOString(),
        });
      } else if (type === "message") {
        if (known) assisted.set(chatId, { ...known, preview: preview || known.preview });
      } else {
        assisted.delete(chatId);
      }
    });
  }

  remove(chatId) {
    this.#live.change((assisted) => assisted.delete(chatId));
  }
}
