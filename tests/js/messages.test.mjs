import assert from "node:assert/strict";
import { test } from "node:test";

import { chatMessageFromRest } from "../../static/shared/messages.js";

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
