import assert from "node:assert/strict";
import { test } from "node:test";

import { WaitingList } from "../../static/desk/state/waiting-list.js";
import { waitingConversation } from "./support/desk.mjs";

const QUEUES = [{ _id: "queue-1", name: "support" }];
const added = (chatId, overrides = {}) => ({
  type: "added",
  queueId: "queue-1",
  chatId,
  customer: { name: "Tom", email: "tom@example.com" },
  preview: "",
  since: "2026-03-09T10:05:00.000Z",
  ...overrides,
});
const ids = (list) => list.chats.map((chat) => chat.chatId);

function filled(...conversations) {
  const list = new WaitingList();
  list.beginSnapshot();
  list.applySnapshot(conversations, QUEUES);
  return list;
}

test("the longest waiting chat comes first, however the server lists them", () => {
  const list = filled(
    waitingConversation("new", { createdAt: "2026-03-09T10:02:00.000Z" }),
    waitingConversation("old", { createdAt: "2026-03-09T09:00:00.000Z" }),
  );
  list.applyNotification(added("between", { since: "2026-03-09T10:01:00.000Z" }));
  assert.deepEqual(ids(list), ["old", "between", "new"]);
});

test("a chat of higher priority comes before those that wait longer", () => {
  const list = filled(waitingConversation("old", { createdAt: "2026-03-09T09:00:00.000Z" }), waitingConversation("low", { priority: -1, createdAt: "2026-03-09T08:00:00.000Z" }));
  list.applyNotification(added("urgent", { priority: 5, skills: ["french"], reason: "Asks for a person." }));
  assert.deepEqual(ids(list), ["urgent", "old", "low"]);
  assert.deepEqual([list.get("urgent").skills, list.get("urgent").reason], [["french"], "Asks for a person."]);
});

test("a chat that goes from one of my queues to another stays, in whichever order that is told", () => {
  const list = new WaitingList();
  list.applySnapshot([waitingConversation("one")], [...QUEUES, { _id: "queue-2", name: "sales" }]);
  list.applyNotification(added("one", { queueId: "queue-2" }));
  list.applyNotification({ type: "removed", queueId: "queue-1", chatId: "one" });
  assert.deepEqual([ids(list), list.get("one").queueName], [["one"], "sales"]);
  list.applyNotification({ type: "removed", queueId: "queue-2", chatId: "one" });
  assert.deepEqual(ids(list), []);
});

test("a listed chat has the customer's name, the last words and the queue's name", () => {
  assert.deepEqual(filled(waitingConversation("one")).chats, [
    { chatId: "one", customerName: "Vera Novak", preview: "Hello", queueId: "queue-1", queueName: "support", since: "2026-03-09T10:00:00.000Z", priority: 0, skills: [], reason: "" },
  ]);
});

test("a chat of a queue that this agent does not serve is not offered", () => {
  assert.deepEqual(ids(filled(waitingConversation("elsewhere", { queue: { id: "queue-2", name: "sales" } }))), []);
});

test("what the customer writes while waiting becomes the preview and keeps the rest", () => {
  const list = filled(waitingConversation("one", { priority: 5, requiredSkills: ["french"] }));
  list.applyNotification({ type: "message", queueId: "queue-1", chatId: "one", customer: null, preview: "Anybody?", since: null, priority: 0, skills: [] });
  assert.deepEqual(list.chats, [
    { chatId: "one", customerName: "Vera Novak", preview: "Anybody?", queueId: "queue-1", queueName: "support", since: "2026-03-09T10:00:00.000Z", priority: 5, skills: ["french"], reason: "" },
  ]);
});

test("a message of a chat that has left the queue does not bring it back", () => {
  const list = filled(waitingConversation("one"));
  list.applyNotification({ type: "removed", queueId: "queue-1", chatId: "one" });
  list.applyNotification({ type: "message", queueId: "queue-1", chatId: "one", preview: "Hello?" });
  assert.deepEqual(ids(list), []);
});

test("a chat taken while the list was on its way is not shown, and one that came is", () => {
  const list = new WaitingList();
  list.beginSnapshot();
  list.applyNotification({ type: "removed", queueId: "queue-1", chatId: "taken" });
  list.applyNotification(added("fresh"));
  list.applySnapshot([waitingConversation("taken"), waitingConversation("still")], QUEUES);
  assert.deepEqual(ids(list), ["still", "fresh"]);
});

test("a later list replaces the earlier one: what left during a lost connection is gone", () => {
  const list = filled(waitingConversation("gone"), waitingConversation("still"));
  list.beginSnapshot();
  list.applySnapshot([waitingConversation("still")], QUEUES);
  assert.deepEqual(ids(list), ["still"]);
});

test("the name of a chat that was just taken is still known", () => {
  const list = filled(waitingConversation("one"));
  list.remove("one");
  assert.equal(list.nameOf("one"), "Vera Novak");
  assert.equal(list.nameOf("never seen"), null);
});

test("a file without words is told as one, whether it comes with the list or while one looks at it", () => {
  const list = new WaitingList();
  list.beginSnapshot();
  list.applySnapshot([waitingConversation("one", { lastMessage: "" }), waitingConversation("two", { lastMessage: null })], QUEUES);
  list.applyNotification({ type: "message", queueId: "queue-1", chatId: "two", preview: "" });
  assert.deepEqual(list.chats.map((chat) => chat.preview), ["Sent a file", "Sent a file"]);
});

test("somebody waits from when the chat came into the queue, not from when it began", () => {
  const list = new WaitingList();
  list.beginSnapshot();
  list.applySnapshot([waitingConversation("one", { waitingSince: "2026-03-09T11:00:00.000Z" })], QUEUES);
  assert.equal(list.get("one").since, "2026-03-09T11:00:00.000Z");
});

test("a chat that comes back into the queue still shows what was said", () => {
  const list = filled(waitingConversation("one"));
  list.applyNotification({ type: "removed", queueId: "queue-1", chatId: "one" });
  list.applyNotification(added("one", { preview: "", since: "2026-03-09T10:00:00.000Z" }));
  assert.equal(list.get("one").preview, "Hello");
});
