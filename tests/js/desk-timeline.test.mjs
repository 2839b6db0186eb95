import assert from "node:assert/strict";
import { test } from "node:test";

import { timelineRows } from "../../static/desk/state/timeline.js";
import { ALICE, BOB, VERA, aliceDesk, chatWith, said } from "./support/desk.mjs";
import { systemMessage } from "./support/messages.mjs";

const NOW = new Date("2026-03-09T15:00:00.000Z");
const at = (hour, minute = 0) => `2026-03-09T${hour}:${String(minute).padStart(2, "0")}:00.000Z`;

function chatOf(...messages) {
  const deskChat = aliceDesk().applyChat(chatWith());
  deskChat.conversation.applyAll(messages);
  return deskChat;
}

const rowsOf = (deskChat, options = {}) => timelineRows(deskChat, { language: "en", now: NOW, ...options });
const kinds = (rows) => rows.map((row) => row.kind);

test("every day begins with its name", () => {
  const rows = rowsOf(chatOf(said(VERA, 1, { sentAt: "2026-03-08T12:00:00.000Z" }), said(VERA, 2, { sentAt: at(12) })));
  assert.deepEqual(kinds(rows), ["day", "message", "day", "message"]);
  assert.deepEqual([rows[0].label, rows[2].label], ["Yesterday", "Today"]);
});

test("customers stand on one side, agents on the other, lines of the conversation between", () => {
  const rows = rowsOf(chatOf(said(VERA, 1), systemMessage(2), said(ALICE, 3), said(BOB, 4)));
  assert.deepEqual(rows.slice(1).map((row) => row.side ?? row.kind), ["customer", "system", "agent", "agent"]);
  assert.deepEqual(rows.slice(3).map((row) => row.isOwn), [true, false]);
});

test("what one person says within minutes is one group; another person, a pause or a system line ends it", () => {
  const rows = rowsOf(
    chatOf(
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
  const deskChat = chatOf(said(VERA, 1));
  const entry = { clientMessageId: "own-1", chatId: "chat-1", text: "Hello", sentAt: at(12), state: "pending" };
  deskChat.conversation.setPending([entry]);
  const pending = rowsOf(deskChat).at(-1);
  deskChat.conversation.applyAck(entry, { ok: true, messageId: "m", seq: 2, timestamp: at(12) }, { fromId: ALICE.id, fromAgent: true });
  const confirmed = rowsOf(deskChat).at(-1);
  assert.deepEqual([pending.state, confirmed.state], ["pending", "sent"]);
  assert.equal(pending.key, confirmed.key);
});

test("a message that failed says why", () => {
  const deskChat = chatOf();
  const error = { code: "not_assigned", message: "Take the chat first." };
  deskChat.conversation.setPending([{ clientMessageId: "own-1", chatId: "chat-1", text: "Hello", sentAt: at(12), state: "failed", error }]);
  const row = rowsOf(deskChat).at(-1);
  assert.deepEqual([row.state, row.error], ["failed", "Take the chat first."]);
});

test("two people's equal client ids stay two rows", () => {
  const rows = rowsOf(chatOf(said(VERA, 1, { clientMessageId: "same" }), said(ALICE, 2, { clientMessageId: "same" })));
  assert.equal(new Set(rows.map((row) => row.key)).size, rows.length);
});

test("the mark of new messages stands right before the first of them", () => {
  const rows = rowsOf(chatOf(said(VERA, 1), said(VERA, 2)), { newFromSeq: 2 });
  assert.deepEqual(kinds(rows), ["day", "message", "new", "message"]);
});

test("a visitor without a name is called a visitor, not nothing", () => {
  const row = rowsOf(chatOf(said({ ...VERA, name: "", email: "" }, 1))).at(-1);
  assert.equal(row.name, "Visitor");
});

test("a group ends where what was read ends, so that both parts show their receipt", () => {
  const deskChat = chatOf(said(ALICE, 1), said(ALICE, 2), said(ALICE, 3));
  deskChat.conversation.applyRead({ readBy: VERA.id, seq: 2 });
  const messages = rowsOf(deskChat).slice(1);
  assert.deepEqual(messages.map((row) => [row.state, row.endsGroup]), [["read", false], ["read", true], ["sent", true]]);
});

const note = (id, afterSeq, overrides = {}) => ({
  id, chatId: "chat-1", afterSeq, text: `Note ${id}`, fromId: BOB.id, fromName: "Bob", sentAt: at(12), clientMessageId: null, ...overrides,
});

test("a note stands after the message it was written after, in its order", () => {
  const deskChat = chatOf(said(VERA, 1), said(ALICE, 2), said(VERA, 3));
  deskChat.notes.apply(note("b", 2, { sentAt: at(12, 5) }));
  deskChat.notes.apply(note("a", 2));
  deskChat.notes.apply(note("c", 3));
  assert.deepEqual(rowsOf(deskChat).slice(1).map((row) => row.text), ["Text 1", "Text 2", "Note a", "Note b", "Text 3", "Note c"]);
});

test("a note of a time that is not loaded yet waits for its messages", () => {
  const deskChat = chatOf(said(VERA, 51), said(VERA, 52));
  deskChat.notes.apply(note("early", 3));
  deskChat.notes.apply(note("late", 51));
  assert.deepEqual(rowsOf(deskChat).filter((row) => row.kind === "note").map((row) => row.text), ["Note late"]);
  deskChat.conversation.applyAll(Array.from({ length: 50 }, (_, index) => said(VERA, index + 1)));
  assert.equal(rowsOf(deskChat).filter((row) => row.kind === "note").length, 2);
});

test("a note that is being sent keeps its row when it is stored, and is there once", () => {
  const deskChat = chatOf(said(VERA, 1));
  deskChat.notes.setPending([{ clientMessageId: "n-1", text: "Mind the dog", sentAt: at(12), state: "pending", isNote: true }]);
  const pending = rowsOf(deskChat).at(-1);
  deskChat.notes.apply(note("stored", 1, { clientMessageId: "n-1", text: "Mind the dog" }));
  const rows = rowsOf(deskChat);
  assert.deepEqual([pending.kind, pending.state, rows.at(-1).kind, rows.at(-1).key], ["note", "pending", "note", pending.key]);
  assert.equal(rows.filter((row) => row.kind === "note").length, 1);
});

test("an edited message is marked, a deleted one has no words, no file and no receipt left", () => {
  const deskChat = chatOf(
    said(ALICE, 1, { editedAt: at(12, 1) }),
    said(ALICE, 2, { text: "", media: null, editedAt: at(12, 1), deletedAt: at(12, 2) }),
  );
  const [edited, deleted] = rowsOf(deskChat).slice(1);
  assert.deepEqual([edited.isEdited, edited.isDeleted], [true, false]);
  assert.deepEqual([deleted.isEdited, deleted.isDeleted, deleted.text, deleted.media, deleted.state], [false, true, "", null, null]);
});

test("an upload shows how far it is, a refused one why", () => {
  const deskChat = chatOf();
  const upload = { id: "u-1", file: { name: "photo.jpg", type: "image/jpeg", size: 1 }, sentAt: at(12), progress: 0.4, error: null };
  deskChat.uploads = [upload];
  assert.deepEqual([rowsOf(deskChat).at(-1)].map((row) => [row.state, row.text, row.progress]), [["uploading", "photo.jpg", 0.4]]);
  deskChat.uploads = [{ ...upload, error: { code: "file-size" } }];
  assert.deepEqual([rowsOf(deskChat).at(-1)].map((row) => [row.state, row.error]), [["failed", "A file can have 10 MB at most."]]);
});

test("own messages may be changed as long as the chat is mine and not closed; another's never, unless one is an admin", () => {
  const rights = (chat, agent = {}) => {
    const deskChat = aliceDesk(undefined, agent).applyChat(chatWith(chat));
    deskChat.conversation.applyAll([said(VERA, 1), said(ALICE, 2), systemMessage(3)]);
    return rowsOf(deskChat).filter((row) => row.kind === "message").map(({ rights: { canEdit, canDelete } }) => [canEdit, canDelete]);
  };
  assert.deepEqual(rights({}), [[false, false], [true, true]]);
  assert.deepEqual(rights({ status: "resolved" }), [[false, false], [true, true]]);
  assert.deepEqual(rights({ status: "closed" }), [[false, false], [false, false]]);
  assert.deepEqual(rights({ agent: { email: BOB.email, name: "Bob" } }), [[false, false], [false, false]]);
  assert.deepEqual(rights({ agent: { email: BOB.email, name: "Bob" } }, { role: "admin" }), [[false, true], [true, true]]);
});
