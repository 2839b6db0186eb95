import assert from "node:assert/strict";
import { test } from "node:test";

import { priorityWords } from "../../static/desk/dom/needs.js";
import { Routing } from "../../static/desk/net/routing.js";
import { applyEvent } from "../../static/desk/state/events.js";
import { secondsLeft } from "../../static/desk/state/requests.js";
import { documentTitle } from "../../static/desk/state/title.js";
import { ALICE, BOB, VERA, aliceDesk, chatWith, withAgent } from "./support/desk.mjs";

const request = (overrides = {}) => ({
  chatId: "chat-1", customer: VERA, queue: { id: "queue-1", name: "support" }, preview: "Hello", since: "2026-03-09T10:00:00.000Z",
  priority: 0, skills: ["french"], expiresAt: "2026-03-09T10:01:00.000Z", timeoutSeconds: 30, ...overrides,
});
const askedChats = (state) => state.requests.all.map(({ chatId }) => chatId);
const told = (effects) => effects.map(({ text }) => text);

function asked(...requests) {
  const state = aliceDesk();
  for (const one of requests) applyEvent(state, "chat-request", request(one));
  return state;
}

test("a request calls once, however often it is told again", () => {
  const state = aliceDesk();
  assert.deepEqual(applyEvent(state, "chat-request", request()), [{ type: "alert", text: "Vera is waiting for your answer" }]);
  assert.deepEqual(applyEvent(state, "chat-request", request()), []);
  const [one] = state.requests.all;
  assert.deepEqual([one.customerName, one.queueName, one.preview, one.skills, one.fromName], ["Vera", "support", "Hello", ["french"], null]);
});

test("a transfer request names the colleague and the note", () => {
  const state = aliceDesk();
  applyEvent(state, "transfer-request", request({ queue: null, fromAgent: BOB, note: "Knows the order" }));
  const { fromName, note, queueName } = state.requests.first;
  assert.deepEqual([fromName, note, queueName], ["Bob", "Knows the order", ""]);
});

test("of several requests the one that runs out first is answered first", () => {
  const state = asked({ chatId: "later" }, { chatId: "sooner", expiresAt: "2026-03-09T10:00:40.000Z" });
  assert.deepEqual(askedChats(state), ["sooner", "later"]);
  assert.equal(documentTitle({ unread: 2, waiting: 1, asked: 2 }), "Chat request – Helpdesk");
});

test("a request goes when it is over; only one that ran out is told", () => {
  for (const [reason, words] of [["timeout", ["Your time to take the chat with Vera is over"]], ["withdrawn", []], ["declined", []]]) {
    const state = asked({});
    assert.deepEqual(told(applyEvent(state, "chat-request-timeout", { chatId: "chat-1", reason })), words);
    assert.deepEqual(askedChats(state), []);
    assert.deepEqual(applyEvent(state, "chat-request-timeout", { chatId: "chat-1", reason }), [], "nothing was asked any more");
  }
});

test("a chat that became mine is asked about no more", () => {
  const state = asked({}, { chatId: "chat-2" });
  state.applyChat(chatWith());
  assert.deepEqual(askedChats(state), ["chat-2"]);
});

test("the time left never exceeds what there was, nor falls below nothing", () => {
  const at = (time) => secondsLeft(request(), Date.parse(time));
  assert.equal(at("2026-03-09T10:00:48.500Z"), 12);
  assert.equal(at("2026-03-09T09:00:00.000Z"), 30, "a clock that is late");
  assert.equal(at("2026-03-09T11:00:00.000Z"), 0);
});

test("a colleague who does not take a transferred chat is named to the one who asked", () => {
  for (const [reason, words] of [["declined", ["Bob declined: the chat with Vera stays yours"]], ["timeout", ["Bob did not answer: the chat with Vera stays yours"]], ["withdrawn", []]]) {
    const state = aliceDesk();
    state.applyChat(chatWith()).askedAgent = "Bob";
    assert.deepEqual(told(applyEvent(state, "transfer-declined", { chatId: "chat-1", toAgent: BOB, reason })), words);
    assert.equal(state.find("chat-1").askedAgent, null);
  }
});

test("my chat that waits in a queue again is told, a chat of others is not", () => {
  const moved = { chatId: "chat-1", toQueue: { id: "queue-2", name: "Billing" }, toAgent: null, priority: 3, skills: [] };
  const mine = aliceDesk();
  mine.applyChat(chatWith());
  assert.deepEqual(told(applyEvent(mine, "chat-transferred", moved)), ["Chat with Vera waits in Billing"]);
  const theirs = aliceDesk();
  theirs.select("chat-1");
  theirs.applyChat(chatWith({ agent: BOB }));
  assert.deepEqual(applyEvent(theirs, "chat-transferred", moved), []);
  assert.deepEqual([theirs.selected.standing, theirs.selected.chat.queue.name], ["waiting", "Billing"]);
});

test("an escalation is told with its reason", () => {
  const state = aliceDesk();
  const [effect] = applyEvent(state, "queue-notification", { type: "escalated", chatId: "chat-1", queueId: "queue-1", customer: VERA, reason: "Wants a refund." });
  assert.equal(effect.text, "Vera needs a person: Wants a refund.");
  assert.equal(state.waiting.get("chat-1").reason, "Wants a refund.");
});

test("admins may take over from colleagues, agents from the assistant only", () => {
  const may = (role, chat) => aliceDesk(undefined, { role }).applyChat(chatWith(chat)).mayTakeOver;
  assert.deepEqual([may("admin", { agent: BOB }), may("agent", { agent: BOB })], [true, false]);
  assert.deepEqual([may("agent", { agent: null, handler: "assistant" }), may("agent", { agent: ALICE })], [true, false]);
});

test("a priority that nobody set is not worth a word", () => {
  assert.deepEqual([0, 5, -2].map(priorityWords), ["", "Priority +5", "Priority −2"]);
});

/** Routing over a server that answers each command as `answers` says. */
function routing(state, answers) {
  const sent = [];
  const notices = [];
  const refusal = (code) => Object.assign(new Error(code), { code });
  const socket = {
    async command(name, data) {
      sent.push([name, data]);
      if (typeof answers[name] === "string") throw refusal(answers[name]);
      return { ok: true, chat: answers[name] };
    },
  };
  const client = {
    taken: async (chat) => state.applyChat(chat),
    reported: (action) => action().catch((error) => (notices.push(error.message), null)),
  };
  return { sent, notices, routing: new Routing({ state, api: {}, socket, client, tell: (text) => notices.push(text) }) };
}

test("a chat that is accepted is mine; one that is gone is asked about no more; without room the request stays", async () => {
  for (const [answer, isTaken, left] of [[chatWith(), true, []], ["already_taken", null, []], ["at_capacity", null, ["chat-1"]]]) {
    const state = asked({});
    const { routing: desk, notices } = routing(state, { "accept-chat": answer });
    assert.equal(await desk.accept("chat-1"), isTaken);
    assert.deepEqual(askedChats(state), left);
    assert.deepEqual(notices, isTaken ? [] : [answer], "a refusal is shown");
  }
});

test("a request that is declined goes, also when it was over already", async () => {
  for (const answer of [undefined, "conflict"]) {
    const state = asked({});
    const { routing: desk, notices } = routing(state, { "decline-chat": answer });
    await desk.decline("chat-1");
    assert.deepEqual([askedChats(state), notices], [[], []]);
  }
});

test("a colleague who is asked is named until the answer", async () => {
  const state = aliceDesk();
  state.applyChat(chatWith());
  const { routing: desk, sent, notices } = routing(state, { "transfer-chat": chatWith() });
  await desk.transferToAgent("chat-1", BOB, "Knows more");
  assert.deepEqual(sent, [["transfer-chat", { chatId: "chat-1", toAgent: BOB.email, note: "Knows more" }]]);
  assert.deepEqual([state.find("chat-1").askedAgent, notices], ["Bob", ["Bob is asked to take the chat"]]);
  applyEvent(state, "chat-assigned", { chatId: "chat-1", ...withAgent(BOB) });
  assert.equal(state.find("chat-1")?.askedAgent ?? null, null);
});
