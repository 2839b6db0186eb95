import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../../static/shared/conversation.js";
import { chatMessage, chatState, ownMessage, systemMessage } from "./support/messages.mjs";

const vera = () => new Conversation({ ownId: "vera", isOwn: (message) => !message.fromAgent });
const texts = (conversation) => conversation.messages.map((message) => message.text);

test("messages stand in order of seq, however they arrive", () => {
  const conversation = vera();
  for (const seq of [3, 1, 2]) conversation.apply(chatMessage(seq));
  assert.deepEqual(conversation.messages.map((message) => message.seq), [1, 2, 3]);
});

test("a message that comes twice is shown once", () => {
  const conversation = vera();
  assert.equal(conversation.apply(chatMessage(1)), true);
  assert.equal(conversation.apply(chatMessage(1)), false);
  assert.equal(conversation.applyAll([chatMessage(1), chatMessage(2)]), 1);
  assert.equal(conversation.messages.length, 2);
});

test("nothing is missing in an unbroken run, also when it does not begin at 1", () => {
  const conversation = vera();
  assert.equal(conversation.missingAfter, null);
  conversation.applyAll([51, 52, 53].map((seq) => chatMessage(seq)));
  assert.equal(conversation.missingAfter, null);
  assert.equal(conversation.hasOlder, true);
});

test("a gap names the last seq before it", () => {
  const conversation = vera();
  conversation.applyAll([1, 2, 5, 8].map((seq) => chatMessage(seq)));
  assert.equal(conversation.missingAfter, 2);
  conversation.applyAll([3, 4].map((seq) => chatMessage(seq)));
  assert.equal(conversation.missingAfter, 5);
});

test("a server that has more than the client is a gap at the end", () => {
  const conversation = vera();
  conversation.apply(chatMessage(1));
  conversation.applyChat(chatState({ lastSeq: 3 }));
  assert.equal(conversation.missingAfter, 1);
  conversation.applyAll([chatMessage(2), chatMessage(3)]);
  assert.equal(conversation.missingAfter, null);
});

test("a conversation that began at 1 has nothing older", () => {
  const conversation = vera();
  assert.equal(conversation.hasOlder, false);
  conversation.applyAll([chatMessage(1), chatMessage(2)]);
  assert.equal(conversation.hasOlder, false);
});

test("the confirmed message replaces the pending bubble with its clientMessageId", () => {
  const conversation = vera();
  conversation.setPending([{ clientMessageId: "a", text: "hello" }, { clientMessageId: "b", text: "again" }]);
  conversation.apply(ownMessage(1, { clientMessageId: "a" }));
  assert.deepEqual(conversation.pending.map((entry) => entry.clientMessageId), ["b"]);
});

test("an entry confirmed before is not pending again", () => {
  const conversation = vera();
  conversation.apply(ownMessage(1, { clientMessageId: "a" }));
  conversation.setPending([{ clientMessageId: "a", text: "hello" }]);
  assert.deepEqual(conversation.pending, []);
});

test("the ack puts the message in its place, and the room's copy does not double it", () => {
  const conversation = vera();
  const entry = { clientMessageId: "a", chatId: "chat-1", text: "hello" };
  conversation.setPending([entry]);
  conversation.applyAck(entry, { messageId: "m", seq: 1, timestamp: "2026-03-09T10:00:00.000Z" }, { fromAgent: false });
  assert.deepEqual(conversation.pending, []);
  conversation.apply(ownMessage(1, { clientMessageId: "a", text: "hello" }));
  assert.deepEqual(texts(conversation), ["hello"]);
  assert.equal(conversation.messages[0].fromName, "Vera");
});

test("an ack that comes after the room's copy changes nothing", () => {
  const conversation = vera();
  const entry = { clientMessageId: "a", chatId: "chat-1", text: "hello" };
  conversation.apply(ownMessage(1, { clientMessageId: "a", text: "hello" }));
  conversation.applyAck(entry, { messageId: "m", seq: 1, timestamp: "2026-03-09T10:00:00.000Z" });
  assert.equal(conversation.messages[0].id, "message-1");
});

test("another's messages count as unread; own and system lines do not", () => {
  const conversation = vera();
  conversation.applyAll([systemMessage(1), ownMessage(2), chatMessage(3), chatMessage(4)]);
  assert.equal(conversation.unread, 2);
});

test("the join tells how many are unread, and later messages add to it", () => {
  const conversation = vera();
  conversation.applyAll([chatMessage(1), ownMessage(2), chatMessage(3), systemMessage(4)]);
  conversation.applyChat(chatState({ lastSeq: 4, unread: 1 }));
  assert.equal(conversation.unread, 1);
  conversation.apply(chatMessage(5));
  assert.equal(conversation.unread, 2);
});

test("a message that arrives before the join's answer is not lost from the count", () => {
  const conversation = vera();
  conversation.applyAll([chatMessage(1), chatMessage(2)]);
  conversation.applyChat(chatState({ lastSeq: 1, unread: 0 }));
  assert.equal(conversation.unread, 1);
});

test("unread messages older than those held are counted too", () => {
  const conversation = vera();
  conversation.applyAll([chatMessage(51), chatMessage(52)]);
  conversation.applyChat(chatState({ lastSeq: 52, unread: 7 }));
  assert.equal(conversation.unread, 7);
  conversation.markRead();
  assert.equal(conversation.unread, 0);
});

test("marking as read names the last message once", () => {
  const conversation = vera();
  conversation.applyAll([chatMessage(1), chatMessage(2)]);
  assert.equal(conversation.markRead().seq, 2);
  assert.equal(conversation.unread, 0);
  assert.equal(conversation.markRead(), null);
});

test("reading in another tab clears the count here", () => {
  const conversation = vera();
  conversation.applyAll([chatMessage(1), chatMessage(2)]);
  conversation.applyRead({ readBy: "vera", seq: 1 });
  assert.equal(conversation.unread, 1);
  conversation.applyRead({ readBy: "vera", seq: 2 });
  assert.equal(conversation.unread, 0);
});

test("an own message is sent, then read; another's has no receipt", () => {
  const conversation = vera();
  conversation.applyAll([ownMessage(1), ownMessage(2), chatMessage(3), systemMessage(4)]);
  conversation.applyRead({ readBy: "alice", seq: 1 });
  assert.deepEqual(conversation.messages.map((message) => conversation.receiptOf(message)), ["read", "sent", null, null]);
});

test("a late read mark does not undo a newer one", () => {
  const conversation = vera();
  conversation.applyAll([ownMessage(1), ownMessage(2)]);
  conversation.applyRead({ readBy: "alice", seq: 2 });
  conversation.applyRead({ readBy: "alice", seq: 1 });
  assert.equal(conversation.receiptOf(conversation.messages[1]), "read");
});

test("an own read mark is no receipt", () => {
  const conversation = vera();
  conversation.apply(ownMessage(1));
  conversation.applyRead({ readBy: "vera", seq: 1 });
  assert.equal(conversation.receiptOf(conversation.messages[0]), "sent");
});

test("a message known to be read from the history is read", () => {
  const conversation = vera();
  conversation.apply(ownMessage(1, { isRead: true }));
  conversation.apply(ownMessage(1, { isRead: false }));
  assert.equal(conversation.receiptOf(conversation.messages[0]), "read");
});

const EDITED = { text: "corrected", editedAt: "2026-03-09T10:05:00.000Z" };
const DELETED = { text: "", media: null, editedAt: EDITED.editedAt, deletedAt: "2026-03-09T10:06:00.000Z" };

test("an edited message is replaced, an unknown one is not added", () => {
  const conversation = vera();
  conversation.apply(chatMessage(1));
  conversation.applyRevision(chatMessage(1, EDITED));
  conversation.applyRevision(chatMessage(9, EDITED));
  assert.deepEqual(texts(conversation), ["corrected"]);
  assert.equal(conversation.messages[0].editedAt, EDITED.editedAt);
});

test("a deleted message keeps its place and loses its text and its file", () => {
  const conversation = vera();
  conversation.applyAll([chatMessage(1, { media: { _id: "f" } }), chatMessage(2)]);
  conversation.applyRevision(chatMessage(1, DELETED));
  const [deleted] = conversation.messages;
  assert.deepEqual([deleted.deletedAt, deleted.text, deleted.media], [DELETED.deletedAt, "", null]);
  assert.equal(conversation.missingAfter, null);
});

test("a page that was read before an edit or a deletion does not bring the old words back", () => {
  const conversation = vera();
  conversation.apply(chatMessage(1));
  conversation.applyRevision(chatMessage(1, EDITED));
  conversation.apply(chatMessage(1, { isRead: true }));
  assert.equal(conversation.messages[0].text, "corrected");
  assert.equal(conversation.messages[0].isRead, true);
  conversation.applyRevision(chatMessage(1, DELETED));
  conversation.apply(chatMessage(1, EDITED));
  assert.equal(conversation.messages[0].text, "");
});

test("the same revision again brings a fresh address of its file", () => {
  const conversation = vera();
  conversation.apply(chatMessage(1, { media: { _id: "f", url: "https://old" } }));
  conversation.applyRevision(chatMessage(1, { media: { _id: "f", url: "https://fresh" } }));
  assert.equal(conversation.messages[0].media.url, "https://fresh");
});

test("an acknowledged file stands there as what it is", () => {
  const conversation = vera();
  const media = { _id: "f", type: "image", url: "https://x" };
  conversation.applyAck({ clientMessageId: "a", chatId: "chat-1", text: "", media }, { messageId: "m", seq: 1, timestamp: "t" });
  assert.equal(conversation.messages[0].type, "image");
  assert.equal(conversation.messages[0].media, media);
});

test("the join tells how far each has read", () => {
  const conversation = vera();
  conversation.applyAll([ownMessage(1), ownMessage(2)]);
  conversation.applyChat(chatState({ lastSeq: 2, read: { alice: 1, vera: 2 } }));
  assert.deepEqual(conversation.messages.map((message) => conversation.receiptOf(message)), ["read", "sent"]);
});

test("an event changes single fields of the chat", () => {
  const conversation = vera();
  conversation.applyChat(chatState({ status: "waiting", handler: "queue", agent: null }));
  conversation.updateChat({ status: "closed" });
  assert.equal(conversation.chat.status, "closed");
  assert.equal(conversation.chat.chatId, "chat-1");
});
