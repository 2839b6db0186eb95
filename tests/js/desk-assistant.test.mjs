import assert from "node:assert/strict";
import { test } from "node:test";

import { Assistance } from "../../static/desk/net/assistance.js";
import { AssistedList } from "../../static/desk/state/assisted-list.js";
import { composerState } from "../../static/desk/state/composer-state.js";
import { Standing } from "../../static/desk/state/desk-chat.js";
import { applyEvent } from "../../static/desk/state/events.js";
import { timelineRows } from "../../static/desk/state/timeline.js";
import { ALICE, BOB, VERA, aliceDesk, chatWith, said, waitingConversation, withAgent } from "./support/desk.mjs";
import { assistantMessage, chunk, streamEnd, streamPart } from "./support/messages.mjs";

const QUEUES = [{ _id: "queue-1", name: "support" }];
const ADA = { _id: "ada", name: "Ada" };
const WITH_ADA = { handler: "assistant", agent: null, assistant: ADA };
const notified = (type, overrides = {}) => ({ type, chatId: "chat-1", queueId: "queue-1", customer: VERA, preview: "", since: "2026-03-09T10:05:00.000Z", ...overrides });
const settled = () => new Promise((resolve) => setImmediate(resolve));

function watching(...parts) {
  const state = aliceDesk();
  state.select("chat-1");
  state.applyChat(chatWith(WITH_ADA));
  for (const part of parts) applyEvent(state, "chat-stream", part);
  return state;
}

const rows = (state) => timelineRows(state.selected, { language: "en" }).filter((row) => row.kind === "message");

test("the assistant's chats are listed, who came last first, of the queues that I serve", () => {
  const list = new AssistedList();
  assert.equal(list.isKnown, false);
  list.beginSnapshot();
  list.applySnapshot([
    waitingConversation("old"),
    waitingConversation("new", { createdAt: "2026-03-09T10:01:00.000Z", lastMessage: "Do you ship to Norway?" }),
    waitingConversation("elsewhere", { queue: { id: "queue-2", name: "sales" } }),
  ], QUEUES);
  assert.deepEqual([list.isKnown, list.chats.map(({ chatId, customerName, preview }) => [chatId, customerName, preview])],
    [true, [["new", "Vera Novak", "Do you ship to Norway?"], ["old", "Vera Novak", "Hello"]]]);
});

test("a chat that the assistant begins to answer is listed live, and does not wait", () => {
  const state = aliceDesk();
  applyEvent(state, "queue-notification", notified("assisted"));
  assert.deepEqual([state.assisted.chats.map((chat) => chat.customerName), state.waiting.chats], [["Vera"], []]);
});

test("it leaves the list when somebody is needed, when it is over, and when somebody takes it", () => {
  const endings = [
    ["queue-notification", notified("escalated")],
    ["queue-notification", notified("removed")],
    ["chat-claimed", { chatId: "chat-1", ...withAgent(BOB) }],
    ["chat-closed", { chatId: "chat-1", reason: "", closedBy: null }],
  ];
  for (const [event, data] of endings) {
    const state = aliceDesk();
    applyEvent(state, "queue-notification", notified("assisted"));
    applyEvent(state, event, data);
    assert.deepEqual([event, data.type, state.assisted.chats], [event, data.type, []]);
    assert.equal(state.waiting.chats.length, data.type === "escalated" ? 1 : 0);
  }
});

test("what happens while the list is on its way outlives it", () => {
  const list = new AssistedList();
  list.beginSnapshot();
  list.applyNotification(notified("assisted", { chatId: "fresh" }));
  list.applyNotification(notified("escalated", { chatId: "gone" }));
  list.applySnapshot([waitingConversation("gone"), waitingConversation("still")], QUEUES);
  assert.deepEqual(list.chats.map((chat) => chat.chatId).sort(), ["fresh", "still"]);
});

test("watched live, the answer grows as the last row, and its message takes its place", () => {
  const state = watching();
  applyEvent(state, "chat-message", said(VERA, 1, { text: "Do you ship to Norway?" }));
  applyEvent(state, "chat-stream", chunk("Yes, "));
  applyEvent(state, "chat-stream", chunk("we do.", 5));
  assert.deepEqual(rows(state).map(({ text, name, isStreamed, side }) => [text, name, Boolean(isStreamed), side]), [
    ["Do you ship to Norway?", "Vera", false, "customer"],
    ["Yes, we do.", "Ada, AI assistant", true, "agent"],
  ]);
  applyEvent(state, "chat-stream", streamEnd("message-2"));
  applyEvent(state, "chat-message", assistantMessage(2, { text: "Yes, we do." }));
  assert.deepEqual(rows(state).map(({ text, name, isStreamed }) => [text, name, Boolean(isStreamed)]).at(-1), ["Yes, we do.", "Ada, AI assistant", false]);
  assert.equal(rows(state).length, 2);
});

test("what was said so far may come before the answer that describes the chat", () => {
  const state = aliceDesk();
  state.select("chat-1");
  applyEvent(state, "chat-stream", chunk("Yes, we"));
  assert.equal(rows(state).length, 1);
  state.applyChat(chatWith(WITH_ADA));
  assert.equal(rows(state)[0].text, "Yes, we");
  state.applyChat(chatWith({ assistant: ADA }));
  assert.deepEqual(rows(state), [], "an agent has it");
});

test("I may take over what the assistant has, write from then on, and nothing more of its answer is shown", () => {
  const state = watching(chunk("Half an ans"));
  assert.deepEqual([state.selected.standing, state.selected.mayTakeOver], [Standing.ASSISTED, true]);
  assert.deepEqual(composerState(state.selected), { canWrite: false, reason: "Ada answers. Take over to answer yourself.", canTake: false });
  applyEvent(state, "chat-assigned", { chatId: "chat-1", ...withAgent(ALICE) });
  applyEvent(state, "chat-stream", chunk("Half an answer", 0));
  assert.deepEqual([state.selected.standing, composerState(state.selected).canWrite, rows(state)], [Standing.MINE, true, []]);
});

test("a chat of mine that goes to the assistant is mine no more, one that is offered to a colleague still is", () => {
  for (const [event, data] of [["chat-transferred", { chatId: "chat-1", toQueue: null, toAgent: null }], ["queue-notification", notified("assisted")]]) {
    const state = aliceDesk();
    state.select("chat-1");
    state.applyChat(chatWith({ assistant: ADA }));
    applyEvent(state, "chat-transferred", { chatId: "chat-1", toQueue: null, toAgent: BOB });
    assert.deepEqual([state.selected.standing, state.myChats.length], [Standing.MINE, 1]);
    applyEvent(state, event, data);
    assert.deepEqual([state.selected.standing, state.myChats], [Standing.ASSISTED, []]);
  }
});

/** Alice's chat with Vera, which Ada may help with; commands are answered as `answer` says. */
function assistance(answer) {
  const state = aliceDesk();
  const all = { state, sent: [], written: [], notices: [], drop: () => state.connectionLost() };
  state.applyChat(chatWith({ assistant: ADA }));
  const socket = {
    on: (event, listener) => { all.receive = listener; },
    command: async (name, data) => {
      all.sent.push([name, data]);
      return answer(name);
    },
  };
  const client = { reported: async (action) => action().catch((error) => (all.notices.push(error.message), null)) };
  all.assistance = new Assistance({ state, socket, client, write: (chatId, text) => all.written.push([chatId, text]), tell: (text) => all.notices.push(text) });
  return all;
}

const suggested = (text, offset = 0, streamId = "stream-1") => ({ ...chunk(text, offset, streamId), suggestion: true });
const over = (reason) => ({ ...streamEnd(null, reason), suggestion: true });

test("a suggestion is written after what I have written, also when its first words overtake the ack", async () => {
  const all = assistance(() => ({ ok: true, streamId: "stream-1" }));
  const asked = all.assistance.suggest("chat-1", "Hello Vera!");
  all.receive(suggested("We "));
  assert.deepEqual(all.written, []);
  await asked;
  all.receive(suggested("ship it.", 3));
  all.receive(over("complete"));
  assert.deepEqual(all.sent, [["suggest-reply", { chatId: "chat-1" }]]);
  assert.deepEqual(all.written.map(([, text]) => text), ["Hello Vera!\nWe ", "Hello Vera!\nWe ship it.", "Hello Vera!\nWe ship it."]);
  assert.deepEqual([all.state.suggestion, all.notices], [null, []]);
  applyEvent(all.state, "chat-stream", suggested("x", 0, "stream-2"));
  assert.equal(all.state.find("chat-1").conversation.stream, null, "it is no part of the chat");
});

test("once I stop it nothing more of it is written, nor into the next one", async () => {
  let count = 0;
  const all = assistance(() => ({ ok: true, streamId: `stream-${(count += 1)}` }));
  await all.assistance.suggest("chat-1", "");
  all.receive(suggested("First"));
  all.assistance.stop();
  all.receive(suggested(" words", 5));
  await all.assistance.suggest("chat-1", "");
  all.receive(suggested(" late", 11));
  all.receive(suggested("Second", 0, "stream-2"));
  assert.deepEqual(all.written.map(([, text]) => text), ["First", "Second"]);
});

test("a suggestion that fails, is refused, or whose connection is lost is over; what was written stays", async () => {
  const failed = assistance(() => ({ ok: true, streamId: "stream-1" }));
  await failed.assistance.suggest("chat-1", "");
  failed.receive(streamPart("tool-use", { suggestion: true, name: "search_knowledge_base", arguments: {} }));
  failed.receive(over("failed"));
  assert.deepEqual([failed.state.suggestion, failed.written, failed.notices], [null, [], ["The assistant could not suggest a reply."]]);

  const refused = assistance(() => { throw new Error("Too often."); });
  await refused.assistance.suggest("chat-1", "");
  assert.deepEqual([refused.state.suggestion, refused.notices], [null, ["Too often."]]);

  const lost = assistance(() => ({ ok: true, streamId: "stream-1" }));
  await lost.assistance.suggest("chat-1", "");
  lost.drop();
  lost.receive(suggested("x"));
  await settled();
  assert.deepEqual([lost.state.suggestion, lost.written], [null, []]);
});

test("a chat that I hand back is the assistant's, as the answer says", async () => {
  const all = assistance(() => ({ ok: true, chat: chatWith(WITH_ADA) }));
  await all.assistance.resume("chat-1");
  assert.deepEqual(all.sent, [["resume-ai", { chatId: "chat-1" }]]);
  assert.deepEqual(all.state.myChats, []);
});
