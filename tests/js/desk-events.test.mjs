import assert from "node:assert/strict";
import { test } from "node:test";

import { Standing } from "../../static/desk/state/desk-chat.js";
import { applyEvent } from "../../static/desk/state/events.js";
import { ALICE, BOB, VERA, aliceDesk, chatWith, said, withAgent } from "./support/desk.mjs";
import { systemMessage } from "./support/messages.mjs";

const listed = (state) => state.myChats.map((deskChat) => deskChat.id);
const typing = (person, status = "typing") => ({ chatId: "chat-1", userId: person.id, ...person, status });

function deskWithVera(overrides = {}) {
  const state = aliceDesk();
  state.applyChat(chatWith(overrides));
  return state;
}

function vera(state) {
  return state.find("chat-1");
}

function waitForVera(state) {
  applyEvent(state, "queue-notification", { type: "added", chatId: "chat-1", queueId: "queue-1", customer: VERA });
}

test("a waiting chat appears", () => {
  const state = aliceDesk();
  waitForVera(state);
  assert.equal(state.waiting.chats[0].customerName, "Vera");
});

test("a chat that a colleague claims leaves the queue, and the colleague is named", () => {
  const state = aliceDesk();
  waitForVera(state);
  const effects = applyEvent(state, "chat-claimed", { chatId: "chat-1", ...withAgent(BOB) });
  assert.deepEqual(effects, [{ type: "tell", text: "Chat with Vera claimed by Bob" }]);
  assert.deepEqual(state.waiting.chats, []);
});

test("the customer is named too when the chat left the queue before the word on who claimed it", () => {
  const state = aliceDesk();
  waitForVera(state);
  applyEvent(state, "queue-notification", { type: "removed", chatId: "chat-1", queueId: "queue-1" });
  const [effect] = applyEvent(state, "chat-claimed", { chatId: "chat-1", ...withAgent(BOB) });
  assert.equal(effect.text, "Chat with Vera claimed by Bob");
});

test("my own claim tells me nothing that I do not know", () => {
  const state = aliceDesk();
  waitForVera(state);
  assert.deepEqual(applyEvent(state, "chat-claimed", { chatId: "chat-1", ...withAgent(ALICE) }), []);
});

test("a waiting chat that I look at while a colleague claims it becomes the colleague's", () => {
  const state = aliceDesk();
  state.select("chat-1");
  state.applyChat(chatWith({ status: "waiting", agent: null }));
  applyEvent(state, "chat-claimed", { chatId: "chat-1", ...withAgent(BOB) });
  assert.equal(state.selected.standing, Standing.THEIRS);
});

test("a chat that becomes mine elsewhere is joined", () => {
  const effects = applyEvent(aliceDesk(), "chat-assigned", { chatId: "chat-9", ...withAgent(ALICE) });
  assert.deepEqual(effects, [{ type: "join", chatId: "chat-9" }]);
});

test("a colleague's chat is none of my business", () => {
  const state = aliceDesk();
  assert.deepEqual(applyEvent(state, "chat-assigned", { chatId: "chat-9", ...withAgent(BOB) }), []);
  assert.deepEqual(state.knownChats, []);
});

test("a chat of mine that is given to a colleague leaves my list, and I am told", () => {
  const state = deskWithVera();
  const effects = applyEvent(state, "chat-assigned", { chatId: "chat-1", ...withAgent(BOB) });
  assert.deepEqual(effects, [{ type: "tell", text: "Chat with Vera given to Bob" }]);
  assert.deepEqual(listed(state), []);
});

test("a customer's and a colleague's message is unread, once each; a system line is not", () => {
  const state = deskWithVera();
  for (const message of [said(VERA, 1), said(BOB, 2), systemMessage(3), said(VERA, 1)]) {
    assert.deepEqual(applyEvent(state, "chat-message", message), []);
  }
  assert.equal(vera(state).unread, 2);
});

test("a message after a gap makes the missing ones be asked for", () => {
  const state = deskWithVera();
  applyEvent(state, "chat-message", said(VERA, 1));
  const effects = applyEvent(state, "chat-message", said(VERA, 4));
  assert.deepEqual(effects, [{ type: "join", chatId: "chat-1" }]);
});

test("a backlog is held before the answer says whose chat it is", () => {
  const state = aliceDesk();
  applyEvent(state, "messages", [said(VERA, 1), said(VERA, 2)]);
  assert.deepEqual(listed(state), []);
  state.applyChat(chatWith({ lastSeq: 2, unread: 2 }));
  assert.deepEqual(listed(state), ["chat-1"]);
  assert.equal(vera(state).unread, 2);
});

test("my own message counts as mine and never as unread", () => {
  const state = deskWithVera();
  applyEvent(state, "chat-message", said(ALICE, 1));
  assert.equal(vera(state).unread, 0);
  assert.equal(vera(state).conversation.receiptOf(said(ALICE, 1)), "sent");
  applyEvent(state, "message-read", { chatId: "chat-1", messageId: "message-1", seq: 1, readBy: VERA.id });
  assert.equal(vera(state).conversation.receiptOf(said(ALICE, 1)), "read");
});

test("what I read in another tab is read here", () => {
  const state = deskWithVera();
  applyEvent(state, "chat-message", said(VERA, 1));
  applyEvent(state, "message-read", { chatId: "chat-1", messageId: "message-1", seq: 1, readBy: ALICE.id });
  assert.equal(vera(state).unread, 0);
});

test("typing is shown until it ends or the message arrives", () => {
  const state = deskWithVera();
  applyEvent(state, "presence-change", typing(VERA));
  assert.deepEqual(vera(state).typing.names, ["Vera"]);
  applyEvent(state, "presence-change", typing(VERA, "idle"));
  assert.deepEqual(vera(state).typing.names, []);
  applyEvent(state, "presence-change", typing(VERA));
  applyEvent(state, "chat-message", said(VERA, 1));
  assert.deepEqual(vera(state).typing.names, []);
});

test("a colleague's presence goes to the team, a customer's to the chats with that customer", () => {
  const state = deskWithVera();
  applyEvent(state, "presence-change", { userId: BOB.id, ...BOB, status: "away" });
  assert.equal(state.team.statusOf(BOB.email), "away");
  applyEvent(state, "presence-change", { userId: VERA.id, ...VERA, status: "offline" });
  assert.equal(vera(state).customerStatus, "offline");
  assert.equal(state.team.statusOf(VERA.email), "offline");
  assert.equal(state.team.members.length, 1);
});

test("a visitor without an e-mail address is known by what it wrote; a stranger's presence changes nothing", () => {
  const state = deskWithVera({ customer: { name: "Visitor", email: "" } });
  applyEvent(state, "chat-message", said(VERA, 1));
  applyEvent(state, "presence-change", { userId: "id-stranger", email: "", name: "Visitor", role: "customer", status: "offline" });
  assert.equal(vera(state).customerStatus, null);
  applyEvent(state, "presence-change", { userId: VERA.id, email: "", name: "Visitor", role: "customer", status: "offline" });
  assert.equal(vera(state).customerStatus, "offline");
});

test("a chat that the customer closes leaves my list, and I am told", () => {
  const state = deskWithVera();
  applyEvent(state, "messages", [said(VERA, 1)]);
  vera(state).conversation.markRead();
  const effects = applyEvent(state, "chat-closed", { chatId: "chat-1", reason: "", closedBy: VERA.id });
  assert.deepEqual(effects, [{ type: "tell", text: "Chat with Vera closed" }]);
  assert.deepEqual(listed(state), []);
});

test("a shown chat says who closed it, or that time did", () => {
  const endings = [
    [{ reason: "", closedBy: ALICE.id }, "You closed this chat."],
    [{ reason: "", closedBy: VERA.id }, "The customer closed this chat."],
    [{ reason: "", closedBy: BOB.id }, "Bob closed this chat."],
    [{ reason: "inactivity", closedBy: null }, "Closed because nobody wrote any more."],
    [{ reason: "", closedBy: "id-nobody-known" }, "This chat is closed."],
  ];
  for (const [closing, ending] of endings) {
    const state = deskWithVera();
    state.select("chat-1");
    applyEvent(state, "messages", [said(VERA, 1), said(BOB, 2)]);
    applyEvent(state, "chat-closed", { chatId: "chat-1", ...closing });
    assert.equal(state.selected.ending, ending);
  }
});

test("closing it myself tells me nothing", () => {
  assert.deepEqual(applyEvent(deskWithVera(), "chat-closed", { chatId: "chat-1", reason: "", closedBy: ALICE.id }), []);
});

test("the warning of an end by silence is taken back by the next message", () => {
  const state = deskWithVera();
  applyEvent(state, "inactivity-warning", { chatId: "chat-1", closesAt: "2026-03-09T10:30:00.000Z" });
  assert.equal(vera(state).closesAt, "2026-03-09T10:30:00.000Z");
  applyEvent(state, "chat-message", said(VERA, 1));
  assert.equal(vera(state).closesAt, null);
});

test("events of chats that are not at this desk leave no trace", () => {
  const state = aliceDesk();
  applyEvent(state, "chat-message", said(VERA, 1));
  applyEvent(state, "message-read", { chatId: "chat-1", seq: 1, readBy: VERA.id });
  applyEvent(state, "presence-change", typing(VERA));
  applyEvent(state, "chat-closed", { chatId: "chat-1", reason: "", closedBy: VERA.id });
  assert.deepEqual(state.knownChats, []);
});

test("every event has the page drawn anew", () => {
  let changes = 0;
  const state = aliceDesk(() => {
    changes += 1;
  });
  waitForVera(state);
  assert.equal(changes, 1);
});

test("an edit and a deletion change the message, also in the list of chats", () => {
  const state = deskWithVera();
  applyEvent(state, "chat-message", said(VERA, 1, { text: "Where is it?" }));
  applyEvent(state, "message-updated", said(VERA, 1, { text: "Where is my order?", editedAt: "2026-03-09T10:05:00.000Z" }));
  assert.equal(vera(state).preview, "Where is my order?");
  applyEvent(state, "message-deleted", said(VERA, 1, { text: "", media: null, deletedAt: "2026-03-09T10:06:00.000Z" }));
  assert.equal(vera(state).preview, "Message deleted");
});

test("a note is no message: nothing unread, not in the preview, not among what is said", () => {
  const state = deskWithVera();
  const note = { id: "n", chatId: "chat-1", afterSeq: 0, text: "Rude last week", fromId: BOB.id, fromName: "Bob", sentAt: "2026-03-09T10:05:00.000Z", clientMessageId: null };
  applyEvent(state, "chat-note", note);
  applyEvent(state, "chat-note", note);
  assert.deepEqual([vera(state).unread, vera(state).preview, vera(state).conversation.messages.length], [0, "", 0]);
  assert.equal(vera(state).notes.all.length, 1);
});

test("a chat that is resolved while I look at it stays in sight, and is mine again when the customer writes", () => {
  const state = deskWithVera();
  state.select("chat-1");
  applyEvent(state, "inactivity-warning", { chatId: "chat-1", closesAt: "2026-03-09T10:30:00.000Z" });
  applyEvent(state, "chat-resolved", { chatId: "chat-1" });
  assert.deepEqual([vera(state).standing, vera(state).closesAt, listed(state)], [Standing.RESOLVED, null, ["chat-1"]]);
  applyEvent(state, "chat-assigned", { chatId: "chat-1", ...withAgent(ALICE) });
  assert.equal(vera(state).standing, Standing.MINE);
});

test("a resolved chat that I left is joined again when it is opened again", () => {
  const state = deskWithVera();
  applyEvent(state, "chat-resolved", { chatId: "chat-1" });
  assert.deepEqual(listed(state), []);
  assert.deepEqual(applyEvent(state, "chat-assigned", { chatId: "chat-1", ...withAgent(ALICE) }), [{ type: "join", chatId: "chat-1" }]);
});

test("a rating is told and kept, one of a chat that is not known here is not", () => {
  const state = deskWithVera();
  assert.deepEqual(applyEvent(state, "chat-rated", { chatId: "chat-1", score: 4, comment: "Quick" }), [{ type: "tell", text: "Vera rated the chat: 4 of 5" }]);
  assert.deepEqual(vera(state).chat.rating, { score: 4, comment: "Quick" });
  assert.deepEqual(applyEvent(state, "chat-rated", { chatId: "chat-9", score: 1, comment: "" }), []);
});

test("a customer who says its name is called by it", () => {
  const state = deskWithVera();
  applyEvent(state, "customer-updated", { chatId: "chat-1", customer: { name: "Vera Novak", email: "vera@new.example" } });
  assert.deepEqual([vera(state).customerName, vera(state).customerEmail], ["Vera Novak", "vera@new.example"]);
});

test("a chat that goes back into a queue is mine no more; one that is only offered to a colleague still is", () => {
  const state = deskWithVera();
  state.select("chat-1");
  applyEvent(state, "chat-transferred", { chatId: "chat-1", toQueue: null, toAgent: { name: "Bob", email: BOB.email } });
  assert.equal(vera(state).standing, Standing.MINE);
  applyEvent(state, "chat-transferred", { chatId: "chat-1", toQueue: { id: "q", name: "Billing" }, toAgent: null });
  assert.deepEqual([vera(state).standing, vera(state).chat.queue.name], [Standing.WAITING, "Billing"]);
});
