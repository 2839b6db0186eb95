/** REST as the desk uses it (SPEC §6). */

import { chatMessageFromRest } from "../../shared/messages.js";

/** The most a list call answers with at once. */
const PAGE_SIZE = 100;
const HISTORY_PAGE_SIZE = 50;

/** The server refused; `message` is its own, for people to read. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message || `The server answered ${status}.`);
    this.status = status;
  }
}

export class Api {
  #baseUrl;
  #tokens;
  #fetch;

  /**
   * @param {string} baseUrl  e.g. "/api/v1/chat/"
   * @param {import("./tokens.js").SessionTokens} tokens
   * @param {typeof fetch} [fetch]
   */
  constructor(baseUrl, tokens, fetch = (...arguments_) => globalThis.fetch(...arguments_)) {
    this.#baseUrl = baseUrl;
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  waitingConversations() {
    return this.#all("support/conversations", { status: "waiting" });
  }

  ownConversations() {
    return this.#all("support/conversations", { status: "open", mine: "true" });
  }

  async conversation(id) {
    return (await this.#get(`conversations/${encodeURIComponent(id)}`)).data;
  }

  async presence() {
    return (await this.#get("presence")).data;
  }

  async queues() {
    return (await this.#get("queues")).data;
  }

  /** The page of messages before a `seq`, as `/chat` messages, oldest first. */
  async messagesBefore(chatId, seq) {
    const { data } = await this.#get(`messages/${encodeURIComponent(chatId)}`, { before: seq, limit: HISTORY_PAGE_SIZE });
    return data.map(chatMessageFromRest);
  }

  async #all(path, parameters) {
    const found = [];
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const { data, pagination } = await this.#get(path, { ...parameters, page, limit: PAGE_SIZE });
      found.push(...data);
      pages = pagination?.totalPages ?? 1;
    }
    return found;
  }

  async #get(path, parameters = {}, isRetry = false) {
    const query = new URLSearchParams(parameters).toString();
    const response = await this.#fetch(this.#baseUrl + path + (query && `?${query}`), {
      headers: { Authorization: `Bearer ${await this.#tokens.get()}`, Accept: "application/json" },
    });
    if (response.status === 401 && !isRetry) {
      await this.#tokens.renew();
      return this.#get(path, parameters, true);
    }
    const body = await response.json().catch(() => null);
    if (!response.ok || !body) throw new ApiError(response.status, body?.message);
    return body;
  }
}
