import assert from "node:assert/strict";
import { test } from "node:test";

import { newClientMessageId } from "../../static/shared/ids.js";
import { browserStorage, keysWithPrefix, MemoryStorage, readJson, writeJson } from "../../static/shared/storage.js";

test("where the browser forbids localStorage, memory takes its place", () => {
  const forbidding = { get localStorage() { throw new DOMException("denied", "SecurityError"); } };
  assert.ok(browserStorage(forbidding) instanceof MemoryStorage);
  assert.ok(browserStorage({}) instanceof MemoryStorage);
});

test("the browser's own localStorage is used where there is one, and nothing is written", () => {
  const localStorage = new MemoryStorage();
  assert.equal(browserStorage({ localStorage }), localStorage);
  assert.equal(localStorage.length, 0);
});

test("JSON comes back as it was kept, and garbage as null", () => {
  const storage = new MemoryStorage();
  assert.equal(writeJson(storage, "a", { x: 1 }), true);
  assert.deepEqual(readJson(storage, "a"), { x: 1 });
  storage.setItem("b", "{broken");
  assert.equal(readJson(storage, "b"), null);
  assert.equal(readJson(storage, "none"), null);
});

test("a storage that refuses says so", () => {
  const full = { setItem() { throw new Error("QuotaExceededError"); } };
  assert.equal(writeJson(full, "a", 1), false);
});

test("keys are found by their beginning", () => {
  const storage = new MemoryStorage();
  for (const key of ["x:1", "x:2", "y:1"]) storage.setItem(key, "");
  assert.deepEqual(keysWithPrefix(storage, "x:").sort(), ["x:1", "x:2"]);
});

test("a clientMessageId is a random UUID, and as random where randomUUID is missing", () => {
  assert.match(newClientMessageId(), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  Object.defineProperty(globalThis.crypto, "randomUUID", { value: undefined, configurable: true });
  assert.match(newClientMessageId(), /^[0-9a-f]{32}$/);
  assert.notEqual(newClientMessageId(), newClientMessageId());
  delete globalThis.crypto.randomUUID;
});
