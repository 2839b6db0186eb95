/** Who the visitor is in this browser: tokens and conversation, shared by all tabs (SPEC §7). */

import { readJson, writeJson } from "../shared/storage.js";
import { ApiError } from "./api.js";

// What one tab writes to localStorage reaches another process later than the lock would: seen in Chromium, where two
// tabs became two visitors. So the lock is held on for longer than that takes.
const STORAGE_LAG_MILLISECONDS = 250;

/** One tab at a time, where the browser has Web Locks. */
function browserLock(name, task) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  return new Promise((resolve, reject) => {
    locks.request(name, async () => {
      await task().then(resolve, reject);
      await new Promise((release) => setTimeout(release, STORAGE_LAG_MILLISECONDS));
    });
  });
}

/** Whom a page vouches for (SPEC §7), or null: somebody unknown. */
export function identityOf(who) {
  return who?.userHash ? who.userId || who.email : null;
}

/** No token can be had any more without the visitor or the page. */
export class SessionLost extends Error {}

export class Session {
  #api;
  #storage;
  #key;
  #lock;
  #who;
  #unstored = null;

  /**
   * @param {object} options
   * @param {import("./api.js").Api} options.api
   * @param {Storage} options.storage
   * @param {string} options.key  in the storage
   * @param {Function} [options.lock]
   * @param {object|null} [options.who]  whom the page vouches for, null for nobody: a visitor kept from before who is not
   *   that person is forgotten. Left out, whoever was kept goes on
   */
  constructor({ api, storage, key, lock = browserLock, who }) {
    this.#api = api;
    this.#storage = storage;
    this.#key = key;
    this.#lock = lock;
    this.#who = who;
    /** Whether somebody else was here before, who is forgotten now. */
    this.hasForgotten = who !== undefined && this.value !== null && !this.isOf(who);
    if (this.hasForgotten) this.forget();
  }

  /** Whether the visitor kept here is whom the page vouches for. */
  isOf(who) {
    return (this.value?.identity ?? null) === identityOf(who);
  }

  /** Where it is kept: other tabs see changes of it as `storage` events. */
  get key() {
    return this.#key;
  }

  /** `{access, refresh, visitor, identity, chatId, ended}`, or null as long as the visitor did nothing. */
  get value() {
    return readJson(this.#storage, this.#key) ?? this.#unstored;
  }

  /**
   * Makes a visitor unless this or another tab did already. The first thing ever kept in the browser.
   * @param {{name?: string, email?: string, userId?: string, userHash?: string}} [who]
   */
  async start(who = this.#who) {
    return this.value ?? this.#lock(this.#key, async () => this.value ?? this.#begin(who));
  }

  /** Calls `request` with an access token, and once more with a new one when the first has ended. */
  async withAccess(request) {
    const { access } = await this.start();
    try {
      return await request(access);
    } catch (error) {
      if (error.status !== 401) throw error;
      return request(await this.renew(access));
    }
  }

  /**
   * A token that is not `stale`: another tab's, or one bought with the refresh token.
   * Refresh tokens may work only once, hence the lock. Throws SessionLost when the refresh token is refused.
   */
  renew(stale) {
    return this.#lock(this.#key, async () => {
      const session = this.value;
      if (!session) throw new SessionLost("There is no session.");
      if (session.access !== stale) return session.access;
      if (!session.refresh) throw new SessionLost("The access token has ended.");
      try {
        return this.#keep({ ...session, ...(await this.#api.refreshToken(session.refresh)) }).access;
      } catch (error) {
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw new SessionLost(error.message);
        throw error;
      }
    });
  }

  /** Changes single values, such as the conversation. */
  remember(changes) {
    if (this.value) this.#keep({ ...this.value, ...changes });
  }

  forget() {
    this.#unstored = null;
    this.#storage.removeItem(this.#key);
  }

  async #begin(who) {
    const tokens = await this.#api.visitorToken(who ?? {});
    return this.#keep({ chatId: null, ended: false, identity: identityOf(who), ...tokens });
  }

  #keep(value) {
    this.#unstored = writeJson(this.#storage, this.#key, value) ? null : value;
    return value;
  }
}
