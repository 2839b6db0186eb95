import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveConversation } from "../../static/sdk/live_conversation.js";
import { Outbox } from "../../static/shared/outbox.js";
import { MemoryStorage } from "../../static/shared/storage.js";
import { FakeClock } from "./support/fake_clock.mjs";
import { FakeSocket } from "./support/fake_socket.mjs";
import { assistantMessage, chatMessage, chatState, chunk, ownMessage, streamEnd, systemMessage } from "./support/messages.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const events = [];
  const history = { pages: [], answer: [] };
  const outbox = new Outbox({ storage: new MemoryStorage(), prefix: "o:", send: async () => ({ ok: true }), onChange: () => live.showPending() });
  const live = new LiveConversation({
    socket,
    outbox,
    clock,
    loadMessages: async (chatId, { before }) => (history.pages.push([chatId, before]), history.answer),
    emit: (event, detail) => events.push([event, detail]),
  });
  const named = (name) => events.filter(([event]) => event === name).map(([, detail]) => detail);
  return { socket, clock, outbox, live, history, named };
}

/** Joined, with these messages as the backlog that comes before the ack. */
async function joined(messages = [], chat = {}) {
  const all = setUp();
  all.socket.answer("join-chat", () => {
    all.live.receive("messages", messages);
    return { ok: true, chat: chatState({ lastSeq: messages.length, ...chat }) };
  });
  await all.live.join({ ownId: "vera" });
  return all;
}

const texts = (live) => live.state.messages.map((message) => message.text);

test("the backlog that comes before the ack is there after it", async () => {
  const { live } = await joined([chatMessage(1), ownMessage(2)]);
  assert.deepEqual(texts(live), ["Text 1", "Text 2"]);
  assert.equal(live.chatId, "chat-1");
});

test("another conversation's backlog is not taken in", async () => {
  const { live } = await joined([chatMessage(1), chatMessage(1, { chatId: "chat-2", text: "foreign" })], { lastSeq: 1 });
  assert.deepEqual(texts(live), ["Text 1"]);
  live.receive("chat-message", chatMessage(2, { chatId: "chat-2", text: "foreign" }));
  assert.deepEqual(texts(live), ["Text 1"]);
});

test("a rejoin names the last seq, and says of what came meanwhile", async () => {
  const { live, socket, named } = await joined([chatMessage(1), chatMessage(2)]);
  socket.answer("join-chat", () => {
    live.receive("messages", [chatMessage(3)]);
    return { ok: true, chat: chatState({ lastSeq: 3 }) };
  });
  await live.join({ chatId: "chat-1", ownId: "vera" });
  assert.deepEqual(socket.dataOf("join-chat").at(-1), { chatId: "chat-1", lastSeq: 2 });
  assert.deepEqual(named("message").map(({ message }) => message.seq), [3]);
});

test("a rejoin learns what was read, edited and deleted meanwhile", async () => {
  const { live, socket } = await joined([ownMessage(1), chatMessage(2), chatMessage(3)]);
  socket.answer("join-chat", () => {
    live.receive("messages", []);
    live.receive("message-updated", chatMessage(2, { text: "better", editedAt: "2026-03-09T10:05:00.000Z" }));
    live.receive("message-deleted", chatMessage(3, { text: "", deletedAt: "2026-03-09T10:06:00.000Z" }));
    live.receive("message-read", { chatId: "chat-1", messageId: "message-1", seq: 1, readBy: "alice", readAt: "2026-03-09T10:06:00.000Z" });
    return { ok: true, chat: chatState({ lastSeq: 3 }) };
  });
  await live.join({ chatId: "chat-1", ownId: "vera" });
  assert.equal(live.state.receiptOf(live.state.messages[0]), "read");
  assert.deepEqual(texts(live), ["Text 1", "better", ""]);
});

test("a resolved chat is not over: it can be written in, and is open again when somebody has it", async () => {
  const { live, named } = await joined([], { status: "open" });
  live.receive("chat-resolved", { chatId: "chat-1" });
  assert.deepEqual([live.state.chat.status, live.isClosed, named("conversation-ended").length], ["resolved", false, 0]);
  live.receive("chat-assigned", { chatId: "chat-1", agentName: "Alice", agentEmail: "alice@example.com" });
  assert.equal(live.state.chat.status, "open");
});

test("a chat that goes back into a queue waits, one that is offered to another agent stays", async () => {
  const { live } = await joined([], { status: "open" });
  live.receive("chat-transferred", { chatId: "chat-1", toQueue: null, toAgent: { name: "Bob", email: "bob@example.com" } });
  assert.equal(live.state.chat.agent.name, "Alice");
  live.receive("chat-transferred", { chatId: "chat-1", toQueue: { id: "q", name: "Billing" }, toAgent: null });
  assert.deepEqual([live.state.chat.status, live.state.chat.agent, live.state.chat.queue.name], ["waiting", null, "Billing"]);
});

test("the place in the queue is told when it changes, and no more once an agent has come", async () => {
  const { live, named } = await joined([], { status: "waiting", handler: "queue", agent: null });
  live.receive("queue-position", { chatId: "chat-1", position: 2, eta: 120 });
  live.receive("queue-position", { chatId: "chat-1", position: 2, eta: 120 });
  assert.deepEqual(live.queue, { position: 2, eta: 120 });
  live.receive("queue-position", { chatId: "chat-1", position: 1, eta: null });
  assert.deepEqual(named("queue-position"), [{ chatId: "chat-1", position: 2, eta: 120 }, { chatId: "chat-1", position: 1, eta: null }]);
  live.receive("chat-assigned", { chatId: "chat-1", agentName: "Alice", agentEmail: "alice@x" });
  assert.equal(live.queue, null);
  live.receive("queue-position", { chatId: "chat-1", position: 1, eta: null });
  assert.equal(live.queue, null, "a place that comes late belongs to nobody");
});

test("a place that is told before the ack of the first join is not lost, another chat's is", async () => {
  for (const [chatId, expected] of [["chat-1", { position: 3, eta: null }], ["chat-2", null]]) {
    const { live, socket } = setUp();
    socket.answer("join-chat", () => {
      live.receive("queue-position", { chatId, position: 3, eta: null });
      return { ok: true, chat: chatState({ status: "waiting", handler: "queue", agent: null }) };
    });
    await live.join({ ownId: "vera" });
    assert.deepEqual(live.queue, expected);
  }
});

test("who asks for a person instead of the assistant waits, as the answer says", async () => {
  const { live, socket, named } = await joined([], { handler: "assistant", agent: null });
  socket.answer("request-agent", () => ({ ok: true, chat: chatState({ status: "waiting", handler: "queue", agent: null }) }));
  assert.equal((await live.requestAgent("sales")).ok, true);
  assert.deepEqual(socket.dataOf("request-agent"), [{ chatId: "chat-1", queueId: "sales" }]);
  assert.equal(live.state.chat.status, "waiting");
  const transferred = { chatId: "chat-1", toQueue: null, toAgent: { name: "Bob", email: "bob@x" } };
  live.receive("chat-transferred", transferred);
  assert.equal(live.state.chat.status, "waiting");
  live.receive("chat-assigned", { chatId: "chat-1", agentName: "Bob", agentEmail: "bob@x" });
  assert.deepEqual([live.state.chat.status, live.state.chat.agent.name], ["open", "Bob"]);
  assert.deepEqual([named("chat-transferred"), named("chat-assigned").length], [[transferred], 1]);
});

const WITH_ADA = { handler: "assistant", agent: null, assistant: { _id: "ada", name: "Ada" } };

test("the assistant's answer grows, and stands once as its message when it is whole", async () => {
  const { live, named } = await joined([ownMessage(1)], WITH_ADA);
  const before = named("object-change").length;
  live.receive("chat-stream", chunk("We ship "));
  live.receive("chat-stream", chunk("daily.", 8));
  assert.equal(live.state.stream.text, "We ship daily.");
  assert.equal(named("object-change").length, before + 2);
  live.receive("chat-stream", streamEnd("message-2"));
  live.receive("chat-message", assistantMessage(2, { text: "We ship daily." }));
  assert.deepEqual([live.state.stream, texts(live)], [null, ["Text 1", "We ship daily."]]);
});

test("who comes in the middle of an answer has what was said so far, and what follows", async () => {
  const { live, socket } = setUp();
  socket.answer("join-chat", () => {
    live.receive("messages", [ownMessage(1)]);
    live.receive("chat-stream", chunk("We ship "));
    live.receive("chat-stream", { ...chunk("foreign"), chatId: "chat-2", streamId: "stream-2" });
    return { ok: true, chat: chatState({ ...WITH_ADA, lastSeq: 1 }) };
  });
  await live.join({ ownId: "vera" });
  live.receive("chat-stream", chunk("daily.", 8));
  assert.equal(live.state.stream.text, "We ship daily.");
});

test("over a break of the connection the answer is neither doubled nor left half", async () => {
  const { live, socket } = await joined([ownMessage(1)], WITH_ADA);
  live.receive("chat-stream", chunk("We ship "));
  live.connectionLost();
  assert.equal(live.state.stream.text, "We ship ");
  socket.answer("join-chat", () => {
    live.receive("messages", []);
    live.receive("chat-stream", chunk("We ship daily, "));
    return { ok: true, chat: chatState({ ...WITH_ADA, lastSeq: 1 }) };
  });
  await live.join({ chatId: "chat-1", ownId: "vera" });
  live.receive("chat-stream", chunk("also to Norway.", 15));
  assert.equal(live.state.stream.text, "We ship daily, also to Norway.");
});

test("a person who takes the chat ends the answer, and giving it back begins anew", async () => {
  const { live } = await joined([ownMessage(1)], WITH_ADA);
  live.receive("chat-stream", chunk("Half an ans"));
  live.receive("chat-assigned", { chatId: "chat-1", agentName: "Alice", agentEmail: "alice@x" });
  live.receive("chat-stream", chunk("wer", 11));
  assert.deepEqual([live.state.stream, live.state.chat.handler], [null, "agent"]);
  const assistant = { _id: "grace", name: "Grace" };
  live.receive("chat-transferred", { chatId: "chat-1", toQueue: null, toAgent: null, assistant });
  assert.deepEqual([live.state.chat.handler, live.state.chat.agent], ["assistant", null]);
  assert.deepEqual(live.state.chat.assistant, assistant);
  live.receive("chat-stream", chunk("Back again", 0, "stream-2"));
  assert.equal(live.state.stream.text, "Back again");
});

test("a time-out of the queue is told once; the chat goes on waiting at its place", async () => {
  const { live, named } = await joined([], { status: "waiting", handler: "queue", agent: null });
  live.receive("queue-position", { chatId: "chat-1", position: 2, eta: 120 });
  live.receive("queue-timeout", { chatId: "chat-1" });
  live.receive("queue-timeout", { chatId: "chat-1" });
  assert.deepEqual([live.state.chat.status, live.state.chat.queueTimedOut, live.queue.position], ["waiting", true, 2]);
  assert.deepEqual(named("queue-timeout"), [{ chatId: "chat-1" }]);
});

test("a rating that is taken stands in the chat, a refused one does not", async () => {
  const { live, socket } = await joined([], { status: "resolved" });
  socket.answer("rate-chat", () => ({ ok: false, error: { code: "conflict", message: "Not yet." } }));
  assert.equal((await live.rate(5, "")).ok, false);
  assert.equal(live.state.chat.rating, undefined);
  socket.answer("rate-chat", () => ({ ok: true }));
  await live.rate(4, "Quick");
  assert.deepEqual(socket.dataOf("rate-chat").at(-1), { chatId: "chat-1", score: 4, comment: "Quick" });
  assert.equal(live.state.chat.rating.score, 4);
});

test("addresses of media are asked for again, and messages that are not held are left out", async () => {
  const { live, history } = await joined([chatMessage(2, { media: { _id: "f", url: "old" } })], { lastSeq: 2 });
  history.answer = [chatMessage(1), chatMessage(2, { media: { _id: "f", url: "fresh" } })];
  await live.refresh(2);
  assert.deepEqual(history.pages, [["chat-1", 3]]);
  assert.deepEqual(live.state.messages.map(({ seq, media }) => [seq, media.url]), [[2, "fresh"]]);
});

test("a gap that stays is asked for, one that closes by itself is not", async () => {
  const { live, socket, clock } = await joined([chatMessage(1)]);
  live.receive("chat-message", chatMessage(3));
  live.receive("chat-message", chatMessage(2));
  clock.advance(2000);
  assert.equal(socket.dataOf("join-chat").length, 1);
  live.receive("chat-message", chatMessage(6));
  clock.advance(2000);
  assert.deepEqual(socket.dataOf("join-chat").slice(1), [{ chatId: "chat-1", lastSeq: 3 }]);
});

test("what was written before the conversation goes into it", async () => {
  const all = setUp();
  all.outbox.add({ text: "first words" });
  all.socket.answer("join-chat", () => ({ ok: true, chat: chatState() }));
  await all.live.join({ ownId: "vera" });
  assert.deepEqual(all.outbox.entries("chat-1").map((entry) => entry.text), ["first words"]);
  assert.equal(all.live.state.pending.length, 1);
});

test("a stored message that comes back with the room leaves the outbox", async () => {
  const { live, outbox } = await joined();
  const entry = outbox.add({ chatId: "chat-1", text: "hello" });
  live.receive("chat-message", ownMessage(1, { clientMessageId: entry.clientMessageId }));
  assert.deepEqual(outbox.entries(), []);
  assert.deepEqual(live.state.pending, []);
});

test("an agent's typing shows, and ends with the message", async () => {
  const { live, named } = await joined();
  const alice = { chatId: "chat-1", email: "alice@example.com", name: "Alice", role: "agent" };
  live.receive("presence-change", { ...alice, status: "typing" });
  assert.deepEqual(live.typing.names, ["Alice"]);
  live.receive("chat-message", chatMessage(1));
  assert.deepEqual(live.typing.names, []);
  assert.deepEqual(named("begin-typing"), [{ name: "Alice" }]);
});

test("the visitor's own typing in another tab is not shown", async () => {
  const { live } = await joined();
  live.receive("presence-change", { chatId: "chat-1", email: "", name: "Visitor", role: "customer", status: "typing" });
  assert.deepEqual(live.typing.names, []);
});

test("typing is told once for many keys, and ended when the message goes", async () => {
  const { live, socket } = await joined();
  live.keyPressed();
  live.keyPressed();
  live.stopTyping();
  assert.deepEqual(socket.told.map(([, data]) => data.status), ["typing", "idle"]);
});

test("an assignment names who answers, and asks once for the chat as it is after a system line", async () => {
  const { live, socket } = await joined([], { status: "waiting", handler: "queue", agent: null });
  live.receive("chat-assigned", { chatId: "chat-1", agentName: "Alice", agentEmail: "alice@example.com" });
  assert.equal(live.state.chat.agent.name, "Alice");
  assert.equal(live.state.chat.status, "open");
  live.receive("chat-message", systemMessage(1));
  assert.equal(socket.dataOf("join-chat").length, 2);
});

test("a close is told once, and typing ends with it", async () => {
  const { live, named } = await joined();
  live.receive("chat-closed", { chatId: "chat-1", reason: "inactivity", closedBy: null });
  live.receive("chat-closed", { chatId: "chat-1", reason: "inactivity", closedBy: null });
  assert.equal(live.isClosed, true);
  assert.equal(named("conversation-ended").length, 1);
  assert.equal(live.state.chat.closeReason, "inactivity");
});

test("an inactivity warning goes when somebody writes, not when a system line comes", async () => {
  const { live } = await joined();
  live.receive("inactivity-warning", { chatId: "chat-1", closesAt: "2026-03-09T10:30:00.000Z" });
  live.receive("chat-message", systemMessage(1));
  assert.equal(live.closesAt, "2026-03-09T10:30:00.000Z");
  live.receive("chat-message", chatMessage(2));
  assert.equal(live.closesAt, null);
});

test("a read mark that could not be sent goes out after the next join", async () => {
  const { live, socket } = await joined([chatMessage(1)], { unread: 1 });
  live.markRead();
  await settled();
  socket.answer("mark-read", () => ({ ok: true }));
  await live.join({ chatId: "chat-1", ownId: "vera" });
  await settled();
  assert.deepEqual(socket.dataOf("mark-read").at(-1), { chatId: "chat-1", messageId: "message-1" });
  live.markRead();
  assert.equal(socket.dataOf("mark-read").length, 2);
});

test("nothing is marked as read when nothing is unread", async () => {
  const { live, socket } = await joined([ownMessage(1)]);
  live.markRead();
  assert.deepEqual(socket.dataOf("mark-read"), []);
});

test("older messages are fetched before the oldest held, until there are none", async () => {
  const { live, history } = await joined([chatMessage(3)], { lastSeq: 3 });
  history.answer = [chatMessage(1), chatMessage(2)];
  assert.equal(await live.loadOlder(), true);
  assert.deepEqual(history.pages, [["chat-1", 3]]);
  assert.equal(await live.loadOlder(), false);
});

test("ending is refused with the server's word, and then nothing ended", async () => {
  const { live, socket, named } = await joined();
  socket.answer("close-chat", () => ({ ok: false, error: { code: "forbidden", message: "No." } }));
  assert.equal((await live.end()).ok, false);
  assert.equal(live.isClosed, false);
  socket.answer("close-chat", () => ({ ok: true }));
  await live.end();
  assert.equal(named("conversation-ended").length, 1);
});

test("with the connection nobody's presence or typing is known", async () => {
  const { live } = await joined();
  live.receive("presence-change", { email: "alice@example.com", name: "Alice", role: "agent", status: "away" });
  assert.equal(live.state.chat.agentStatus, "away");
  live.connectionLost();
  assert.equal(live.state.chat.agentStatus, undefined);
});
