/** Messages by REST for as long as the socket cannot connect (SPEC §4). */

import { systemClock } from "../shared/clock.js";
import { chatFromRest, chatMessageFromRest } from "../shared/messages.js";

/** So long is the socket left to itself. */
const PATIENCE_MILLISECONDS = 10_000;
const INTERVAL_MILLISECONDS = 5000;

export class Poll {
  /** Whether it has begun to ask: the socket has been away for too long. */
  isActive = false;

  #session;
  #api;
  #live;
  #onChanges;
  #clock;
  #timer = null;
  #cursor = null;

  /**
   * @param {object} options
   * @param {import("./session.js").Session} options.session
   * @param {import("./api.js").Api} options.api
   * @param {import("./live_conversation.js").LiveConversation} options.live  takes what is found
   * @param {() => Promise<any>} options.onChanges  called after every answer: the server can be reached
   * @param {import("../shared/clock.js").Clock} [options.clock]
   */
  constructor({ session, api, live, onChanges, clock = systemClock }) {
    this.#session = session;
    this.#api = api;
    this.#live = live;
    this.#onChanges = onChanges;
    this.#clock = clock;
  }

  start() {
    if (this.#timer === null) this.#later(PATIENCE_MILLISECONDS);
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#cursor = null;
    this.isActive = false;
  }

  #later(milliseconds) {
    const timer = this.#clock.setTimeout(async () => {
      const isCurrent = () => this.#timer === timer;
      this.isActive = true;
      // The network is away too: the next time.
      const hasMore = await this.#ask(isCurrent).catch(() => false);
      if (isCurrent()) this.#later(hasMore ? 0 : INTERVAL_MILLISECONDS);
    }, milliseconds);
    this.#timer = timer;
  }

  /** Takes the next changes; resolves to whether there are more already. */
  async #ask(isCurrent) {
    const { conversations, messages, cursor, more } = await this.#session.withAccess((access) => this.#api.changes(this.#cursor, access));
    const { chatId, visitor } = this.#session.value;
    const conversation = conversations.find(({ _id }) => _id === chatId);
    // The first cursor is one for now: what was said before it is the newest page.
    const before = this.#cursor || !conversation ? [] : await this.#messages(chatId, { before: conversation.lastSeq + 1 });
    if (!isCurrent()) return false;
    this.#cursor = cursor;
    this.#live.receive("messages", [...before, ...messages.map(chatMessageFromRest)]);
    if (conversation) this.#take(chatFromRest(conversation, visitor._id), visitor._id);
    await this.#askPlace(chatId);
    await this.#fillGap(chatId);
    await this.#onChanges();
    return more;
  }

  #take(chat, ownId) {
    if (chat.status === "closed") this.#live.receive("chat-closed", { chatId: chat.chatId, reason: "", closedBy: null });
    if (chat.queueTimedOut) this.#live.receive("queue-timeout", { chatId: chat.chatId });
    this.#live.take(chat, ownId);
  }

  /** A place in the queue moves without a change of the conversation. */
  async #askPlace(chatId) {
    if (this.#live.state?.chat?.status !== "waiting") return;
    const { queuePosition: position, eta } = await this.#session.withAccess((access) => this.#api.conversation(chatId, access));
    if (position) this.#live.receive("queue-position", { chatId, position, eta });
  }

  async #fillGap(chatId) {
    for (let after = this.#live.missingAfter; after !== null; after = this.#live.missingAfter) {
      const found = await this.#messages(chatId, { after });
      if (!found.length) return;
      this.#live.receive("messages", found);
    }
  }

  #messages(chatId, query) {
    return this.#session.withAccess((access) => this.#api.messages(chatId, query, access));
  }
}
