import assert from "node:assert/strict";
import { test } from "node:test";

import { timelineRows } from "../../static/desk/state/timeline.js";
import { ALICE, BOB, VERA, aliceDesk, chatWith, said } from "./support/desk.mjs";
import { systemMessage } from "./support/messages.mjs";

const NOW = new Date("2026-03-09T15:00:00.000Z");
const at = (hour, minute = 0) => `2026-03-09T${hour}:${String(minute).padStart(2, "0")}:00.000Z`;

function conversationOf(...messages) {
  const deskChat = aliceDesk().applyChat(chatWith());
  deskChat.conversation.applyAll(messages);
  return deskChat.conversation;
}

const rowsOf = (conversation, options = {}) => timelineRows(conversation, { language: "en", now: NOW, ...options });
const kinds = (rows) => rows.map((row) => row.kind);

test("every day begins with its name", () => {
  const rows = rowsOf(conversationOf(said(VERA, 1, { sentAt: "2026-03-08T12:00:00.000Z" }), said(VERA, 2, { sentAt: at(12) })));
  assert.deepEqual(kinds(rows), ["day", "message", "day", "message"]);
  assert.deepEqual([rows[0].label, rows[2].label], ["Yesterday", "Today"]);
});

test("customers stand on one side, agents on the other, lines of the conversation between", () => {
  const rows = rowsOf(conversationOf(said(VERA, 1), systemMessage(2), said(ALICE, 3), said(BOB, 4)));
  assert.deepEqual(rows.slice(1).map((row) => row.side ?? row.kind), ["customer", "system", "agent", "agent"]);
  assert.deepEqual(rows.slice(3).map((row) => row.isOwn), [true, false]);
});

test("what one person says within minutes is one group; another person, a pause or a system line ends it", () => {
  const rows = rowsOf(
    conversationOf(
      said(VERA, 1, { sentAt: at(12, 0) }),
      said(VERA, 2, { sentAt: at(12, 1) }),
      said(VERA, 3, { sentAt: at(12, 30) }),
      { ...systemMessage(4), sentAt: at(12, 30) },
      said(VERA, 5, { sentAt: at(12, 31) }),
    ),
  ).filter((row) => row.kind === "message");
  assert.deepEqual(rows.map((row) => [row.startsGroup, row.endsGroup]), [[true, false], [false, true], [true, true], [true, true]]);
});

test("a message keeps its row while it is sent and confirmed, so that it does not jump", () => {
  const conversation = conversationOf(said(VERA, 1));
  const entry = { clientMessageId: "own-1", chatId: "chat-1", text: "Hello", sentAt: at(12), state: "pending" };
  conversation.setPending([entry]);
  const pending = rowsOf(conversation).at(-1);
  conversation.applyAck(entry, { ok: true, messageId: "m", seq: 2, timestamp: at(12) }, { fromId: ALICE.id, fromAgent: true });
  const confirmed = rowsOf(conversation).at(-1);
  assert.deepEqual([pending.state, confirmed.state], ["pending", "sent"]);
  assert.equal(pending.key, confirmed.key);
});

test("a message that failed says why", () => {
  const conversation = conversationOf();
  const error = { code: "not_assigned", message: "Take the chat first." };
  conversation.setPending([{ clientMessageId: "own-1", chatId: "chat-1", text: "Hello", sentAt: at(12), state: "failed", error }]);
  const row = rowsOf(conversation).at(-1);
  assert.deepEqual([row.state, row.error], ["failed", "Take the chat first."]);
});

test("two people's equal client ids stay two rows", () => {
  const rows = rowsOf(conversationOf(said(VERA, 1, { clientMessageId: "same" }), said(ALICE, 2, { clientMessageId: "same" })));
  assert.equal(new Set(rows.map((row) => row.key)).size, rows.length);
});

test("the mark of new messages stands right before the first of them", () => {
  const rows = rowsOf(conversationOf(said(VERA, 1), said(VERA, 2)), { newFromSeq: 2 });
  assert.deepEqual(kinds(rows), ["day", "message", "new", "message"]);
});

test("a visitor without a name is called a visitor, not nothing", () => {
  const row = rowsOf(conversationOf(said({ ...VERA, name: "", email: "" }, 1))).at(-1);
  assert.equal(row.name, "Visitor");
});

test("a group ends where what was read ends, so that both parts show their receipt", () => {
  const conversation = conversationOf(said(ALICE, 1), said(ALICE, 2), said(ALICE, 3));
  conversation.applyRead({ readBy: VERA.id, seq: 2 });
  const messages = rowsOf(conversation).slice(1);
  assert.deepEqual(messages.map((row) => [row.state, row.endsGroup]), [["read", false], ["read", true], ["sent", true]]);
});
