/** The access token that the admin session is worth (SPEC §2), renewed in time. */

/** A token with less left than this is renewed before it is used. */
const MARGIN_MILLISECONDS = 60_000;

/** The session has ended, or is not an agent's: only signing in helps. */
export class SignedOutError extends Error {}

export class SessionTokens {
  #request;
  #now;
  #token = null;
  #running = null;

  /**
   * @param {() => Promise<{access: string, expiresAt: string}>} request  rejects with SignedOutError
   * @param {() => number} [now]  milliseconds since 1970
   */
  constructor(request, now = Date.now) {
    this.#request = request;
    this.#now = now;
  }

  /** A token that is good for a while. Rejects with SignedOutError, or as `request` does when the server is not reached. */
  async get() {
    const isGood = this.#token && Date.parse(this.#token.expiresAt) - this.#now() > MARGIN_MILLISECONDS;
    return isGood ? this.#token.access : this.renew();
  }

  /** A new token, whatever the last one is worth. Rejects as `get` does. */
  async renew() {
    this.#running ??= this.#request().finally(() => {
      this.#running = null;
    });
    this.#token = await this.#running;
    return this.#token.access;
  }
}

/** Asks the desk's token page, proving with Django's CSRF cookie that it is this page that asks. */
export async function requestSessionToken(url, { fetch = globalThis.fetch, cookies = () => document.cookie } = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": cookieValue(cookies(), "csrftoken"), Accept: "application/json" },
    credentials: "same-origin",
  });
  if (response.status === 401 || response.status === 403) throw new SignedOutError("Your session has ended.");
  if (!response.ok) throw new Error(`The server answered ${response.status} when asked for a token.`);
  return response.json();
}

function cookieValue(cookies, name) {
  const pair = cookies.split("; ").find((cookie) => cookie.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : "";
}
