/** The HTTP calls the SDK makes (SPEC §6, §7). */

import { chatMessageFromRest } from "../shared/messages.js";

const REQUEST_TIMEOUT_MILLISECONDS = 15_000;
export const HISTORY_PAGE_SIZE = 50;

/** The server answered, and said no. A server that was not reached makes `fetch` throw something else. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Api {
  #origin;
  #widgetPath;

  constructor(origin, widgetKey) {
    this.#origin = origin;
    this.#widgetPath = `/api/v1/widget/${encodeURIComponent(widgetKey)}`;
  }

  /** The widget's name, colour, greeting and queues. */
  async profile() {
    return (await this.#request("GET", `${this.#widgetPath}/profile`)).data;
  }

  /** A new visitor and its tokens: `{access, refresh, visitor}`. */
  visitorToken({ name, email } = {}) {
    return this.#request("POST", `${this.#widgetPath}/token`, { body: { name, email } });
  }

  /** Fresh tokens: `{access, refresh}`. */
  refreshToken(refresh) {
    return this.#request("POST", "/api/v1/auth/token/refresh", { body: { refresh } });
  }

  /** The newest page of messages before a seq, in ascending order, as `/chat` messages. */
  async messages(chatId, { before, access }) {
    const query = new URLSearchParams({ before, limit: HISTORY_PAGE_SIZE });
    const path = `/api/v1/chat/messages/${encodeURIComponent(chatId)}?${query}`;
    return (await this.#request("GET", path, { access })).data.map(chatMessageFromRest);
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
    if (!response.ok || answer === null) {
      throw new ApiError(response.status, answer?.message ?? answer?.detail ?? `The server answered ${response.status}.`);
    }
    return answer;
  }
}
