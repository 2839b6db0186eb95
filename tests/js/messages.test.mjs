import assert from "node:assert/strict";
import { test } from "node:test";

import { chatFromRest, chatMessageFromRest, revisionOf } from "../../static/shared/messages.js";

const restMessage = (overrides = {}) => ({
  _id: "m-1",
  conversationId: "chat-1",
  seq: 7,
  senderId: { _id: "u-1", first_name: "Alice", last_name: "Adams", role: "Support" },
  messageType: "text",
  content: "Hello",
  media: null,
  isRead: true,
  clientMessageId: "c-1",
  createdAt: "2026-03-09T10:00:00.000Z",
  ...overrides,
});

test("a REST message becomes a /chat message", () => {
  const message = chatMessageFromRest(restMessage());
  assert.equal(message.id, "m-1");
  assert.equal(message.chatId, "chat-1");
  assert.equal(message.seq, 7);
  assert.equal(message.text, "Hello");
  assert.equal(message.fromName, "Alice Adams");
  assert.equal(message.fromAgent, true);
  assert.equal(message.sentAt, "2026-03-09T10:00:00.000Z");
  assert.equal(message.clientMessageId, "c-1");
  assert.equal(message.isRead, true);
});

test("a customer's message is not an agent's", () => {
  const sender = { _id: "u-2", first_name: "Vera", last_name: "", role: "User" };
  assert.equal(chatMessageFromRest(restMessage({ senderId: sender })).fromAgent, false);
});

test("a system line is from nobody", () => {
  const message = chatMessageFromRest(restMessage({ senderId: null, messageType: "system", content: "Alice joined" }));
  assert.equal(message.from, null);
  assert.equal(message.fromName, "");
  assert.equal(message.fromAgent, false);
  assert.equal(message.type, "system");
});

test("what was edited or deleted says when", () => {
  const edited = chatMessageFromRest(restMessage({ editedAt: "2026-03-09T10:05:00.000Z", deletedAt: null }));
  const deleted = chatMessageFromRest(restMessage({ content: "", editedAt: "2026-03-09T10:05:00.000Z", deletedAt: "2026-03-09T10:06:00.000Z" }));
  assert.ok(revisionOf(chatMessageFromRest(restMessage())) < revisionOf(edited));
  assert.ok(revisionOf(edited) < revisionOf(deleted));
});

test("a REST conversation becomes a /chat one, with the unread count of who looks", () => {
  const chat = chatFromRest({
    _id: "chat-1",
    userId: { _id: "vera", first_name: "Vera", last_name: "Novak", phone: "", isOnline: true },
    assignedSupportId: { _id: "alice", first_name: "Alice", last_name: "Adams", role: "Support" },
    status: "open",
    handler: "agent",
    unreadCount: { vera: 2, alice: 0 },
    readSeq: { vera: 3, alice: 5 },
    rating: null,
    lastSeq: 5,
    queue: { id: "q", name: "support" },
    createdAt: "2026-03-09T10:00:00.000Z",
  }, "vera");
  assert.deepEqual([chat.chatId, chat.handler, chat.agent.name, chat.unread, chat.read.alice], ["chat-1", "agent", "Alice Adams", 2, 5]);
});
