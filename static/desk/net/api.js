/** REST as the desk uses it (SPEC §6). */

import { postFile } from "../../shared/media.js";
import { chatMessageFromRest, chatNoteFromRest } from "../../shared/messages.js";

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

  assistedConversations() {
    return this.#all("support/conversations", { handler: "assistant" });
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

  /** The internal notes of a conversation, as `/chat` notes. */
  async notes(chatId) {
    return (await this.#get(`conversations/${encodeURIComponent(chatId)}/notes`)).data.map(chatNoteFromRest);
  }

  async editMessage(id, content) {
    return chatMessageFromRest((await this.#call("PATCH", `messages/${encodeURIComponent(id)}`, { content })).data);
  }

  async deleteMessage(id) {
    return chatMessageFromRest((await this.#call("DELETE", `messages/${encodeURIComponent(id)}`)).data);
  }

  async changeStatus(chatId, status) {
    return (await this.#call("PATCH", `conversations/${encodeURIComponent(chatId)}/status`, { status })).data;
  }

  /** A page of what people said with these words in it, newest first, each with its `conversation` and a `snippet`. */
  async searchMessages(words, limit) {
    return (await this.#get("messages/search", { q: words, limit })).data;
  }

  /** A conversation as a file. @param {"txt"|"html"|"json"} format @returns {Promise<Blob>} */
  async transcript(chatId, format) {
    const path = `conversations/${encodeURIComponent(chatId)}/transcript?format=${format}`;
    return (await this.#fetched("GET", path)).blob();
  }

  /** Uploads a file; resolves with its `media`. */
  async upload(file, { onProgress, signal }) {
    const post = async (access) => postFile(`${this.#baseUrl}media`, { file, access, onProgress, signal });
    let answer = await post(await this.#tokens.get());
    if (answer.status === 401) answer = await post(await this.#tokens.renew());
    if (answer.status !== 201) throw new ApiError(answer.status, answer.body?.message);
    return answer.body.data[0];
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

  #get(path, parameters = {}) {
    const query = new URLSearchParams(parameters).toString();
    return this.#call("GET", path + (query && `?${query}`));
  }

  async #call(method, path, body) {
    const answer = await (await this.#fetched(method, path, body)).json().catch(() => null);
    if (!answer) throw new ApiError(502);
    return answer;
  }

  async #fetched(method, path, body, isRetry = false) {
    const headers = { Authorization: `Bearer ${await this.#tokens.get()}`, Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    const response = await this.#fetch(this.#baseUrl + path, { method, headers, body: body && JSON.stringify(body) });
    if (response.status === 401 && !isRetry) {
      await this.#tokens.renew();
      return this.#fetched(method, path, body, true);
    }
    if (!response.ok) throw new ApiError(response.status, (await response.json().catch(() => null))?.message);
    return response;
  }
}
