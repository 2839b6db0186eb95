/** The HTTP calls the SDK makes (SPEC §6, §7). */

import { postFile } from "../shared/media.js";
import { chatMessageFromRest } from "../shared/messages.js";

const REQUEST_TIMEOUT_MILLISECONDS = 15_000;
export const HISTORY_PAGE_SIZE = 50;

/** The server answered, and said no. A server that was not reached makes `fetch` throw something else. */
export class ApiError extends Error {
  constructor(status, answer) {
    super(answer?.message ?? answer?.detail ?? `The server answered ${status}.`);
    this.status = status;
    /** As acknowledgements name it; undefined when it was no answer of the helpdesk. */
    this.code = answer?.code;
  }
}

export class Api {
  #origin;
  #widgetPath;

  constructor(origin, widgetKey) {
    this.#origin = origin;
    this.#widgetPath = `/api/v1/widget/${encodeURIComponent(widgetKey)}`;
  }

  /** What there is to show before anybody is known: name, colour, greeting, queues, what to ask for (SPEC §7). */
  async profile() {
    return (await this.#request("GET", `${this.#widgetPath}/profile`)).data;
  }

  /** A visitor, new or known by its `userHash`, and its tokens: `{access, refresh, visitor}`. */
  visitorToken({ name, email, userId, userHash } = {}) {
    return this.#request("POST", `${this.#widgetPath}/token`, { body: { name, email, userId, userHash } });
  }

  /** Fresh tokens: `{access, refresh}`. */
  refreshToken(refresh) {
    return this.#request("POST", "/api/v1/auth/token/refresh", { body: { refresh } });
  }

  /** Leaves a message for a team that did not answer. */
  async ticket({ name, email, description }) {
    return (await this.#request("POST", `${this.#widgetPath}/tickets`, { body: { name, email, description } })).data;
  }

  /** The newest page of messages before a seq, or the oldest after one, in ascending order, as `/chat` messages. */
  async messages(chatId, query, access) {
    const parameters = new URLSearchParams({ limit: HISTORY_PAGE_SIZE, ...query });
    return (await this.#chat("GET", `messages/${chatId}?${parameters}`, access)).data.map(chatMessageFromRest);
  }

  /** Stores a message; resolves with it. */
  async sendMessage({ chatId, text, media, clientMessageId }, access) {
    const body = { conversationId: chatId, content: text, messageType: media?.type ?? "text", mediaId: media?._id, clientMessageId };
    return (await this.#chat("POST", "messages", access, body)).data;
  }

  /** Uploads a file; resolves with its `media`. */
  async upload(file, { access, onProgress, signal }) {
    const { status, body } = await postFile(`${this.#origin}/api/v1/chat/media`, { file, access, onProgress, signal });
    if (status !== 201) throw new ApiError(status, body);
    return body.data[0];
  }

  /** What changed since a cursor; without one the conversations that go on, and a cursor for now (SPEC §6). */
  async changes(cursor, access) {
    return (await this.#chat("GET", `sync${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`, access)).data;
  }

  /** A conversation as REST has it (SPEC §6). */
  async conversation(chatId, access) {
    return (await this.#chat("GET", `conversations/${chatId}`, access)).data;
  }

  /** Has the conversation mailed. */
  mailTranscript(chatId, email, access) {
    return this.#chat("POST", `conversations/${chatId}/transcript`, access, { email });
  }

  /** Changes what others see of the visitor; resolves with the profile. */
  async updateMe(changes, access) {
    return (await this.#chat("PATCH", "me", access, changes)).data;
  }

  #chat(method, path, access, body) {
    return this.#request(method, `/api/v1/chat/${path}`, { access, body });
  }

  async #request(method, path, { body, access } = {}) {
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (access) headers.Authorization = `Bearer ${access}`;
    const response = await fetch(this.#origin + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok || answer === null) throw new ApiError(response.status, answer);
    return answer;
  }
}
