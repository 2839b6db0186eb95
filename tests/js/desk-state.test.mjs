import assert from "node:assert/strict";
import { test } from "node:test";

import { composerState } from "../../static/desk/state/composer-state.js";
import { Standing } from "../../static/desk/state/desk-chat.js";
import { BOB, VERA, aliceDesk, chatWith, said } from "./support/desk.mjs";

const listed = (state) => state.myChats.map((deskChat) => deskChat.id);
const minutesPast = (minutes) => `2026-03-09T10:${String(minutes).padStart(2, "0")}:00.000Z`;

function deskWith(...ids) {
  const state = aliceDesk();
  for (const [index, chatId] of ids.entries()) state.applyChat(chatWith({ chatId, createdAt: minutesPast(index) }));
  return state;
}

test("a chat that an ack describes as mine stands in my chats and no longer in the queue", () => {
  const state = aliceDesk();
  state.waiting.applyNotification({ type: "added", chatId: "chat-1", queueId: "queue-1", customer: VERA });
  state.applyChat(chatWith());
  assert.deepEqual(listed(state), ["chat-1"]);
  assert.deepEqual(state.waiting.chats, []);
});

test("a colleague's chat that is only read does not stand in my chats", () => {
  const state = aliceDesk();
  state.select("chat-1");
  state.applyChat(chatWith({ agent: BOB }));
  assert.deepEqual(listed(state), []);
  assert.equal(state.selected.standing, Standing.THEIRS);
});

test("my chats keep their order when somebody writes", () => {
  const state = deskWith("first", "second");
  state.find("second").applyMessage(said(VERA, 1, { chatId: "second" }));
  assert.deepEqual(listed(state), ["first", "second"]);
});

test("unread messages of all my chats are counted together", () => {
  const state = deskWith("first", "second");
  state.find("first").applyMessage(said(VERA, 1));
  state.find("second").applyMessage(said(VERA, 1));
  state.find("second").applyMessage(said(VERA, 2));
  assert.equal(state.unread, 3);
  state.find("second").conversation.markRead();
  assert.equal(state.unread, 1);
});

test("the neighbours of a chat go around the ends of the list", () => {
  const state = deskWith("a", "b", "c");
  state.select("c");
  assert.equal(state.neighbour(1), "a");
  assert.equal(state.neighbour(-1), "b");
  assert.equal(aliceDesk().neighbour(1), null);
});

test("without a selection the neighbour is the first or the last", () => {
  const state = deskWith("a", "b", "c");
  assert.equal(state.neighbour(1), "a");
  assert.equal(state.neighbour(-1), "c");
});

test("an ended chat stays as long as it is shown, and is gone when it is left", () => {
  const state = deskWith("ended", "other");
  state.select("ended");
  state.updateChat("ended", { status: "closed" });
  assert.deepEqual(listed(state), ["ended", "other"]);
  state.select("other");
  assert.deepEqual(listed(state), ["other"]);
});

test("a chat of mine stays listed when it is left", () => {
  const state = deskWith("one", "other");
  state.select("one");
  state.select("other");
  assert.deepEqual(listed(state), ["one", "other"]);
});

test("an ended chat with words that were not read yet stays until it was shown", () => {
  const state = deskWith("ended");
  state.find("ended").applyMessage(said(VERA, 1, { text: "Thanks, bye" }));
  state.updateChat("ended", { status: "closed" });
  assert.deepEqual(listed(state), ["ended"]);
});

test("after a reconnect, chats listed before are asked for too: they may have ended meanwhile", () => {
  assert.deepEqual(deskWith("kept", "ended").applyOwnChats(["kept", "new"]).toSorted(), ["ended", "kept", "new"]);
});

test("the mark of new messages stands before the first unread one, and not where all are new", () => {
  const state = deskWith("chat-1");
  const { conversation } = state.find("chat-1");
  conversation.applyAll([said(VERA, 1), said(VERA, 2)]);
  conversation.markRead();
  conversation.applyAll([said(VERA, 3), said(VERA, 4)]);
  state.select("chat-1");
  assert.equal(state.newFromSeq, 3);

  const fresh = deskWith("chat-2");
  fresh.find("chat-2").conversation.applyAll([said(VERA, 1), said(VERA, 2)]);
  fresh.select("chat-2");
  assert.equal(fresh.newFromSeq, null);
});

test("the composer is open in my chat alone, and says why in any other", () => {
  const states = [
    [chatWith(), true, /^$/],
    [chatWith({ status: "waiting", agent: null }), false, /Take it/],
    [chatWith({ agent: BOB }), false, /Bob has this chat/],
    [chatWith({ status: "resolved" }), false, /resolved/],
    [chatWith({ status: "closed" }), false, /closed/],
  ];
  for (const [chat, canWrite, reason] of states) {
    const state = aliceDesk();
    state.select("chat-1");
    state.applyChat(chat);
    const composer = composerState(state.selected);
    assert.equal(composer.canWrite, canWrite, chat.status);
    assert.match(composer.reason, reason);
  }
});

test("the preview is the last thing said, and says when that was me", () => {
  const state = deskWith("chat-1");
  const deskChat = state.find("chat-1");
  deskChat.applyMessage(said(VERA, 1, { text: "Where\n is it?" }));
  assert.equal(deskChat.preview, "Where is it?");
  deskChat.applyMessage(said({ ...state.agent }, 2, { text: "On its way" }));
  assert.equal(deskChat.preview, "You: On its way");
});
