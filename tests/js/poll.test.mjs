import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveConversation } from "../../static/sdk/live_conversation.js";
import { Poll } from "../../static/sdk/poll.js";
import { Outbox } from "../../static/shared/outbox.js";
import { MemoryStorage } from "../../static/shared/storage.js";
import { FakeClock } from "./support/fake_clock.mjs";
import { FakeSocket } from "./support/fake_socket.mjs";
import { chatMessage } from "./support/messages.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const PATIENCE = 10_000;
const INTERVAL = 5000;

const alice = { _id: "alice", first_name: "Alice", last_name: "", role: "Support" };
const restMessage = (seq, overrides = {}) => ({
  _id: `message-${seq}`, conversationId: "chat-1", seq, senderId: alice, messageType: "text", content: `Text ${seq}`, media: null,
  isRead: false, clientMessageId: null, createdAt: "2026-03-09T10:00:00.000Z", editedAt: null, deletedAt: null, ...overrides,
});
const conversation = (lastSeq, status = "open") => ({
  _id: "chat-1", userId: { _id: "vera", first_name: "Vera", last_name: "" }, assignedSupportId: alice, status, unreadCount: {}, readSeq: {},
  rating: null, lastSeq, queue: null, createdAt: "2026-03-09T10:00:00.000Z",
});

/** A poll against a server that has these messages; `changes` answers what was asked with a cursor. */
function setUp(stored) {
  const clock = new FakeClock();
  const asked = [];
  const events = [];
  const server = { stored, changes: [], status: "open", place: { queuePosition: null, eta: null }, queueTimedOut: false };
  const api = {
    async changes(cursor) {
      asked.push(cursor);
      const known = cursor ? server.changes.shift() ?? [] : [];
      return { conversations: [{ ...conversation(server.stored.length, server.status), queueTimedOut: server.queueTimedOut }], messages: known, cursor: `${asked.length}.0`, more: false };
    },
    conversation: async () => server.place,
    async messages(chatId, { before = Infinity, after = 0 }) {
      return server.stored.filter(({ seq }) => seq < before && seq > after).slice(0, 2).map((message) => chatMessage(message.seq, { text: message.content }));
    },
  };
  const session = { value: { chatId: "chat-1", visitor: { _id: "vera" } }, withAccess: (request) => request("token") };
  const live = new LiveConversation({
    socket: new FakeSocket(), clock, emit: (event, detail) => events.push([event, detail]), loadMessages: async () => [],
    outbox: new Outbox({ storage: new MemoryStorage(), prefix: "o:", send: async () => ({ ok: true }) }),
  });
  let answers = 0;
  const poll = new Poll({ session, api, live, clock, onChanges: async () => { answers += 1; } });
  return { clock, asked, server, live, poll, events, answers: () => answers };
}

async function pass(clock, milliseconds) {
  clock.advance(milliseconds);
  for (let turn = 0; turn < 5; turn += 1) await settled();
}

const texts = (live) => live.state.messages.map((message) => message.text);

test("a socket that comes back in time is not helped", async () => {
  const { clock, asked, poll } = setUp([]);
  poll.start();
  await pass(clock, PATIENCE - 1);
  poll.stop();
  await pass(clock, PATIENCE);
  assert.deepEqual(asked, []);
  assert.equal(poll.isActive, false);
});

test("what was said before the first answer, in pages, and what is said after it arrives in order", async () => {
  const { clock, asked, server, live, poll } = setUp([1, 2, 3, 4, 5].map((seq) => restMessage(seq)));
  poll.start();
  await pass(clock, PATIENCE);
  assert.deepEqual(texts(live), ["Text 1", "Text 2", "Text 3", "Text 4", "Text 5"]);
  server.stored.push(restMessage(6));
  server.changes.push([restMessage(6)]);
  await pass(clock, INTERVAL);
  assert.equal(texts(live).at(-1), "Text 6");
  assert.deepEqual(asked, [null, "1.0"]);
});

test("edits, deletions and the end come too", async () => {
  const { clock, server, live, poll, events } = setUp([restMessage(1), restMessage(2)]);
  poll.start();
  await pass(clock, PATIENCE);
  server.changes.push([
    restMessage(1, { content: "better", editedAt: "2026-03-09T10:05:00.000Z" }),
    restMessage(2, { content: "", deletedAt: "2026-03-09T10:06:00.000Z" }),
  ]);
  server.status = "closed";
  await pass(clock, INTERVAL);
  assert.deepEqual(texts(live), ["better", ""]);
  assert.equal(live.isClosed, true);
  assert.equal(events.filter(([event]) => event === "conversation-ended").length, 1);
});

test("a server that cannot be reached is asked again, and what waits goes out when it answers", async () => {
  const { clock, poll, answers, server } = setUp([restMessage(1)]);
  const { stored } = server;
  server.stored = null; // reading its length throws, as a lost network does
  poll.start();
  await pass(clock, PATIENCE);
  assert.equal(answers(), 0);
  server.stored = stored;
  await pass(clock, INTERVAL);
  assert.equal(answers(), 1);
  assert.equal(poll.isActive, true);
});

test("an answer that comes after the socket is back changes nothing", async () => {
  const { clock, poll, live } = setUp([restMessage(1)]);
  poll.start();
  clock.advance(PATIENCE);
  poll.stop();
  await settled();
  await settled();
  assert.equal(live.state, null);
});

test("a waiting visitor is told its place as it moves, and once that it has waited too long", async () => {
  const { clock, server, live, poll, events } = setUp([]);
  Object.assign(server, { status: "waiting", place: { queuePosition: 2, eta: 240 } });
  poll.start();
  await pass(clock, PATIENCE);
  assert.deepEqual(live.queue, { position: 2, eta: 240 });
  await pass(clock, INTERVAL);
  Object.assign(server, { place: { queuePosition: 1, eta: null }, queueTimedOut: true });
  await pass(clock, INTERVAL);
  await pass(clock, INTERVAL);
  assert.deepEqual(live.queue, { position: 1, eta: null });
  assert.equal(live.state.chat.queueTimedOut, true);
  const named = (name) => events.filter(([event]) => event === name).map(([, detail]) => detail);
  assert.deepEqual(named("queue-position").map(({ position }) => position), [2, 1]);
  assert.equal(named("queue-timeout").length, 1);
  server.status = "open";
  await pass(clock, INTERVAL);
  assert.equal(live.queue, null);
});
