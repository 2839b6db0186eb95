/** Places to keep small values: the browser's, or memory where the browser allows none. */

/** A `Storage`-like object that lives as long as the page. */
export class MemoryStorage {
  #values = new Map();

  get length() {
    return this.#values.size;
  }

  key(index) {
    return [...this.#values.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#values.get(key) ?? null;
  }

  setItem(key, value) {
    this.#values.set(key, String(value));
  }

  removeItem(key) {
    this.#values.delete(key);
  }
}

/**
 * The page's localStorage, or memory where it is forbidden (a sandboxed frame, blocked site data).
 * Looking it up writes nothing.
 */
export function browserStorage(scope = globalThis) {
  try {
    return scope.localStorage ?? new MemoryStorage();
  } catch {
    return new MemoryStorage();
  }
}

/** The JSON value kept under `key`, or null when there is none or it cannot be read. */
export function readJson(storage, key) {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return null;
  }
}

/** Keeps `value` as JSON under `key`; false when the storage is full or closed. */
export function writeJson(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Every key that starts with `prefix`. */
export function keysWithPrefix(storage, prefix) {
  const keys = [];
  for (let index = 0; index < storage.length; index += 1) {
    const key = storage.key(index);
    if (key?.startsWith(prefix)) keys.push(key);
  }
  return keys;
}
