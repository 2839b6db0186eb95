import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/sdk/api.js";
import { Session, SessionLost } from "../../static/sdk/session.js";
import { MemoryStorage } from "../../static/shared/storage.js";

/** Tasks of one name run one after the other, as Web Locks do for all tabs. */
function sharedLock() {
  let last = Promise.resolve();
  return (_name, task) => (last = last.then(task, task));
}

function tabs({ api, storage = new MemoryStorage(), count = 1 }) {
  const lock = sharedLock();
  return Array.from({ length: count }, () => new Session({ api, storage, key: "k", lock }));
}

const issuing = () => {
  const calls = { token: 0, refresh: [] };
  return {
    calls,
    visitorToken: async () => ({ access: `a${++calls.token}`, refresh: "r1", visitor: { _id: "vera" } }),
    refreshToken: async (refresh) => (calls.refresh.push(refresh), { access: `fresh-${refresh}`, refresh: `${refresh}+` }),
  };
};

test("nothing is kept before the visitor acts", () => {
  const storage = new MemoryStorage();
  const [session] = tabs({ api: issuing(), storage });
  assert.equal(session.value, null);
  assert.equal(storage.length, 0);
});

test("two tabs that begin at the same time are one visitor", async () => {
  const api = issuing();
  const [one, two] = tabs({ api, count: 2 });
  const [first, second] = await Promise.all([one.start(), two.start()]);
  assert.equal(api.calls.token, 1);
  assert.deepEqual(first, second);
});

test("two tabs whose token ended use the refresh token once", async () => {
  const api = issuing();
  const [one, two] = tabs({ api, count: 2 });
  await one.start();
  const fresh = await Promise.all([one.renew("a1"), two.renew("a1")]);
  assert.deepEqual(fresh, ["fresh-r1", "fresh-r1"]);
  assert.deepEqual(api.calls.refresh, ["r1"]);
  assert.equal(one.value.refresh, "r1+");
});

for (const status of [400, 401, 403]) {
  test(`a refresh refused with ${status} loses the session`, async () => {
    const api = { ...issuing(), refreshToken: async () => { throw new ApiError(status, "No."); } };
    const [session] = tabs({ api });
    await session.start();
    await assert.rejects(session.renew("a1"), SessionLost);
  });
}

for (const failure of [new ApiError(503, "Later."), new ApiError(429, "Slowly."), new TypeError("fetch failed")]) {
  test(`a refresh that fails with "${failure.message}" keeps the session for another try`, async () => {
    const api = { ...issuing(), refreshToken: async () => { throw failure; } };
    const [session] = tabs({ api });
    await session.start();
    await assert.rejects(session.renew("a1"), failure);
    assert.equal(session.value.refresh, "r1");
  });
}

test("without a session there is nothing to renew", async () => {
  const [session] = tabs({ api: issuing() });
  await assert.rejects(session.renew("a1"), SessionLost);
});

test("the conversation is remembered beside the tokens, and only while there is a visitor", async () => {
  const [session] = tabs({ api: issuing() });
  session.remember({ chatId: "chat-1" });
  assert.equal(session.value, null);
  await session.start();
  session.remember({ chatId: "chat-1" });
  assert.equal(session.value.chatId, "chat-1");
  assert.equal(session.value.access, "a1");
  session.forget();
  assert.equal(session.value, null);
});

test("a storage that is full does not lose the session while the page lives", async () => {
  const storage = new MemoryStorage();
  storage.setItem = () => { throw new Error("QuotaExceededError"); };
  const [session] = tabs({ api: issuing(), storage });
  await session.start();
  assert.equal(session.value.access, "a1");
});

test("on a page that vouches for somebody else, or for nobody any more, the visitor of before is forgotten", async () => {
  const asked = [];
  const api = { visitorToken: async (who) => (asked.push(who), { access: "a", refresh: "r", visitor: { _id: who.userId ?? "new" } }) };
  const storage = new MemoryStorage();
  const lock = (name, task) => task();
  const sessionOf = (who) => new Session({ api, storage, key: "s", lock, who });
  const vera = { userId: "vera", userHash: "h1" };

  await sessionOf(undefined).start();
  assert.equal(sessionOf(null).value.visitor._id, "new", "an unknown visitor stays one");
  assert.equal(sessionOf(vera).value, null, "and is not the one who signs in");
  await sessionOf(vera).start();
  assert.deepEqual(asked.at(-1), vera);
  assert.equal(sessionOf(vera).value.visitor._id, "vera");
  assert.equal(sessionOf(undefined).value.visitor._id, "vera");
  assert.equal(sessionOf({ userId: "walt", userHash: "h2" }).value, null);
  await sessionOf(vera).start();
  assert.equal(sessionOf(null).value, null, "signed out");
});
