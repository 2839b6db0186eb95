import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../static/shared/outbox.js";
import { MemoryStorage } from "../../static/shared/storage.js";

const PREFIX = "test:outbox:";
const stored = (entry) => ({ ok: true, messageId: "m", seq: 1, clientMessageId: entry.clientMessageId });
const refusal = (code) => ({ ok: false, error: { code, message: `Refused: ${code}` } });

function outboxWith(send, { storage = new MemoryStorage(), ...options } = {}) {
  return new Outbox({ storage, prefix: PREFIX, send, ...options });
}

/** A `send` whose answers the test gives by hand. */
function heldSend() {
  const calls = [];
  const send = (entry) => new Promise((resolve, reject) => calls.push({ entry, resolve, reject }));
  return { calls, send };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("messages go out in the order they were written", async () => {
  const sent = [];
  const outbox = outboxWith(async (entry) => (sent.push(entry.text), stored(entry)), { now: () => 5 });
  for (const text of ["one", "two", "three"]) outbox.add({ chatId: "c", text });
  assert.equal(await outbox.flush(), true);
  assert.deepEqual(sent, ["one", "two", "three"]);
});

test("the next message waits for the answer to the one before", async () => {
  const { calls, send } = heldSend();
  const outbox = outboxWith(send);
  outbox.add({ chatId: "c", text: "one" });
  outbox.add({ chatId: "c", text: "two" });
  const flushed = outbox.flush();
  await settled();
  assert.equal(calls.length, 1);
  calls[0].resolve(stored(calls[0].entry));
  await settled();
  assert.equal(calls[1].entry.text, "two");
  calls[1].resolve(stored(calls[1].entry));
  assert.equal(await flushed, true);
});

test("a message is kept until it is acknowledged, and no longer", async () => {
  const { calls, send } = heldSend();
  const outbox = outboxWith(send);
  outbox.add({ chatId: "c", text: "hello" });
  const flushed = outbox.flush();
  await settled();
  assert.equal(outbox.entries().length, 1);
  calls[0].resolve(stored(calls[0].entry));
  await flushed;
  assert.equal(outbox.entries().length, 0);
});

test("without an answer the message stays pending and is resent with the same clientMessageId", async () => {
  const ids = [];
  let online = false;
  const outbox = outboxWith(async (entry) => {
    ids.push(entry.clientMessageId);
    if (!online) throw new Error("connection lost");
    return stored(entry);
  });
  outbox.add({ chatId: "c", text: "hello" });
  assert.equal(await outbox.flush(), false);
  assert.equal(outbox.entries()[0].state, "pending");
  online = true;
  assert.equal(await outbox.flush(), true);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
});

test("two flushes at once send each message once", async () => {
  const sent = [];
  const outbox = outboxWith(async (entry) => (sent.push(entry.text), await settled(), stored(entry)));
  outbox.add({ chatId: "c", text: "one" });
  outbox.add({ chatId: "c", text: "two" });
  await Promise.all([outbox.flush(), outbox.flush()]);
  assert.deepEqual(sent, ["one", "two"]);
});

test("a message added while another is being sent goes out in the same flush", async () => {
  const { calls, send } = heldSend();
  const outbox = outboxWith(send);
  outbox.add({ chatId: "c", text: "one" });
  const flushed = outbox.flush();
  await settled();
  outbox.add({ chatId: "c", text: "two" });
  await outbox.flush();
  calls[0].resolve(stored(calls[0].entry));
  await settled();
  assert.equal(calls.length, 2);
  calls[1].resolve(stored(calls[1].entry));
  await flushed;
  assert.equal(outbox.entries().length, 0);
});

test("a flush with nothing to send leaves the outbox ready for the next", async () => {
  const outbox = outboxWith(async (entry) => stored(entry));
  assert.equal(await outbox.flush(), true);
  outbox.add({ chatId: "c", text: "hello" });
  await outbox.flush();
  assert.equal(outbox.entries().length, 0);
});

for (const code of ["conversation_closed", "invalid", "not_assigned"]) {
  test(`a message refused with ${code} is marked failed with the reason and does not hold up the next`, async () => {
    const outbox = outboxWith(async (entry) => (entry.text === "bad" ? refusal(code) : stored(entry)));
    outbox.add({ chatId: "c", text: "bad" });
    outbox.add({ chatId: "c", text: "good" });
    assert.equal(await outbox.flush(), true);
    const left = outbox.entries();
    assert.equal(left.length, 1);
    assert.equal(left[0].state, "failed");
    assert.deepEqual(left[0].error, { code, message: `Refused: ${code}` });
  });
}

for (const code of ["unavailable", "rate_limited"]) {
  test(`a message refused with ${code} waits and holds the order`, async () => {
    const sent = [];
    const outbox = outboxWith(async (entry) => (sent.push(entry.text), refusal(code)));
    outbox.add({ chatId: "c", text: "one" });
    outbox.add({ chatId: "c", text: "two" });
    assert.equal(await outbox.flush(), false);
    assert.deepEqual(sent, ["one"]);
    assert.deepEqual(outbox.entries().map((entry) => entry.state), ["pending", "pending"]);
  });
}

test("a failed message is not sent again by itself, but on retry, into the conversation named", async () => {
  const chats = [];
  const outbox = outboxWith(async (entry) => {
    chats.push(entry.chatId);
    return entry.chatId === "closed" ? refusal("conversation_closed") : stored(entry);
  });
  const entry = outbox.add({ chatId: "closed", text: "hello" });
  await outbox.flush();
  await outbox.flush();
  assert.deepEqual(chats, ["closed"]);
  outbox.retry(entry.clientMessageId, "new");
  assert.equal(outbox.entries()[0].error, undefined);
  await outbox.flush();
  assert.deepEqual(chats, ["closed", "new"]);
  assert.equal(outbox.entries().length, 0);
});

test("unsent messages outlive a reload, in order", async () => {
  const storage = new MemoryStorage();
  const before = outboxWith(async () => { throw new Error("offline"); }, { storage, now: () => 1000 });
  const first = before.add({ chatId: "c", text: "one" });
  before.add({ chatId: "c", text: "two" });
  await before.flush();

  const sent = [];
  const after = outboxWith(async (entry) => (sent.push(entry), stored(entry)), { storage, now: () => 500 });
  after.add({ chatId: "c", text: "three" });
  await after.flush();
  assert.deepEqual(sent.map((entry) => entry.text), ["one", "two", "three"]);
  assert.equal(sent[0].clientMessageId, first.clientMessageId);
});

test("two tabs add at the same time and lose nothing", () => {
  const storage = new MemoryStorage();
  const [one, two] = [outboxWith(async () => {}, { storage }), outboxWith(async () => {}, { storage })];
  one.add({ chatId: "c", text: "from one" });
  two.add({ chatId: "c", text: "from two" });
  assert.deepEqual(one.entries().map((entry) => entry.text).sort(), ["from one", "from two"]);
});

test("a message without a conversation waits until it is addressed", async () => {
  const sent = [];
  const outbox = outboxWith(async (entry) => (sent.push(entry.chatId), stored(entry)));
  outbox.add({ text: "first words" });
  await outbox.flush();
  assert.deepEqual(sent, []);
  outbox.address("chat-1");
  await outbox.flush();
  assert.deepEqual(sent, ["chat-1"]);
});

test("a message that comes back with the history is not sent again", async () => {
  const sent = [];
  const outbox = outboxWith(async (entry) => (sent.push(entry), stored(entry)));
  const entry = outbox.add({ chatId: "c", text: "stored, but its ack was lost" });
  assert.equal(outbox.confirm(entry.clientMessageId), true);
  assert.equal(outbox.confirm("someone else's"), false);
  await outbox.flush();
  assert.deepEqual(sent, []);
});

test("a discarded message is gone", async () => {
  const outbox = outboxWith(async () => refusal("invalid"));
  const entry = outbox.add({ chatId: "c", text: "bad" });
  await outbox.flush();
  outbox.discard(entry.clientMessageId);
  assert.deepEqual(outbox.entries(), []);
});

test("a full storage does not lose the message while the page lives", async () => {
  const storage = new MemoryStorage();
  storage.setItem = () => { throw new Error("QuotaExceededError"); };
  const sent = [];
  const outbox = outboxWith(async (entry) => (sent.push(entry.text), stored(entry)), { storage });
  outbox.add({ chatId: "c", text: "hello" });
  await outbox.flush();
  assert.deepEqual(sent, ["hello"]);
  assert.deepEqual(outbox.entries(), []);
});

test("another sender's entries and foreign keys are left alone", () => {
  const storage = new MemoryStorage();
  storage.setItem("test:outbox-of-the-shop", "{}");
  storage.setItem(`${PREFIX}broken`, "{not json");
  const other = new Outbox({ storage, prefix: "other:", send: async () => {} });
  other.add({ chatId: "c", text: "theirs" });
  assert.deepEqual(outboxWith(async () => {}, { storage }).entries(), []);
});

test("onSent gets the entry and its ack", async () => {
  const seen = [];
  const outbox = outboxWith(async (entry) => stored(entry), { onSent: (entry, ack) => seen.push([entry.text, ack.seq]) });
  outbox.add({ chatId: "c", text: "hello" });
  await outbox.flush();
  assert.deepEqual(seen, [["hello", 1]]);
});
