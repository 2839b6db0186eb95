import assert from "node:assert/strict";
import { test } from "node:test";

import { Sending } from "../../static/desk/net/sending.js";
import { MemoryStorage } from "../../static/shared/storage.js";
import { ALICE, aliceDesk, chatWith, said } from "./support/desk.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp({ storage = new MemoryStorage(), answer } = {}) {
  const state = aliceDesk();
  const deskChat = state.applyChat(chatWith());
  const sent = [];
  const socket = {
    async send(event, data) {
      sent.push([event, data]);
      if (!answer) throw new Error("There is no connection.");
      return answer(event, data);
    },
  };
  const api = { upload: async (file) => ({ _id: "f", type: "image", name: file.name, url: "u" }) };
  return { storage, state, deskChat, sent, sending: new Sending({ state, api, socket, storage }) };
}

const stored = (event, { clientMessageId, text }) =>
  event === "add-note"
    ? { ok: true, note: { id: "n-1", chatId: "chat-1", afterSeq: 0, text, sentAt: "2026-03-09T10:00:00.000Z", clientMessageId } }
    : { ok: true, messageId: "m-1", seq: 1, timestamp: "2026-03-09T10:00:00.000Z", clientMessageId };

test("a note goes out as a note and stands among the notes", async () => {
  const { sending, sent, deskChat } = setUp({ answer: stored });
  await sending.note("chat-1", "Rude last week");
  assert.deepEqual(sent.map(([event]) => event), ["add-note"]);
  assert.deepEqual(deskChat.notes.all.map((note) => note.text), ["Rude last week"]);
  assert.deepEqual([deskChat.conversation.messages, deskChat.conversation.pending], [[], []]);
});

test("a note that was written without a connection is still a note after a reload", async () => {
  const before = setUp();
  await before.sending.note("chat-1", "Rude last week");
  assert.deepEqual([before.deskChat.notes.pending.length, before.deskChat.conversation.pending.length], [1, 0]);
  const after = setUp({ storage: before.storage, answer: stored });
  await after.sending.flush();
  assert.deepEqual(after.sent.map(([event]) => event), ["add-note"]);
});

test("a file becomes a message that holds it, in the place where its upload stood", async () => {
  const { sending, sent, deskChat } = setUp({ answer: stored });
  const done = sending.attach("chat-1", [{ name: "photo.jpg", type: "image/jpeg", size: 10 }]);
  const [{ id }] = deskChat.uploads;
  await done;
  await settled();
  assert.deepEqual(sent.map(([event, data]) => [event, data.mediaId, data.clientMessageId]), [["chat-message", "f", id]]);
  assert.deepEqual(deskChat.conversation.messages.map(({ type, media }) => [type, media.name]), [["image", "photo.jpg"]]);
  assert.deepEqual(deskChat.uploads, []);
});

test("what came back with the backlog is not sent again", async () => {
  const { sending, deskChat, sent } = setUp();
  await sending.say("chat-1", "Hello");
  const [{ clientMessageId }] = deskChat.conversation.pending;
  deskChat.conversation.apply(said(ALICE, 1, { clientMessageId }));
  sending.dropConfirmed(deskChat);
  await sending.flush();
  assert.equal(sent.length, 1);
  assert.deepEqual(deskChat.conversation.pending, []);
});
