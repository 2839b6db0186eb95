// Waiting, taking and closing, told live to everyone concerned.
import assert from "node:assert/strict";
import test from "node:test";
import {
  WORLD,
  assertKeys, newGuest, onChat, onRoot, startConversation, startTakenConversation, together,
} from "./support.mjs";

const { ana, bo, olga, sam } = WORLD.people;
const about = (chatId) => (data) => data.chatId === chatId;

test("agents of the queue are told of a new chat, of its first words, and that it was taken", async () => {
  await together([onChat(ana), onChat(bo), onChat(olga)], async (taker, colleague, other) => {
    const guest = newGuest();
    const { _id: chatId } = await startConversation(guest);
    const added = await colleague.next("queue-notification", about(chatId));
    assert.equal(added.type, "added");
    assert.equal(added.queueId, WORLD.queues.support);
    assert.ok(added.waiting >= 1);
    assert.deepEqual(added.customer, { email: guest.email, name: guest.name });
    await together([onChat(guest, { chatId })], async (customer) => {
      await customer.done("chat-message", { chatId, text: "Hello?" });
      assert.equal((await colleague.next("queue-notification", about(chatId))).preview, "Hello?");

      const { chat } = await taker.done("claim-chat", { chatId });
      assert.equal(chat.status, "open");
      assert.equal(chat.handler, "agent");
      assert.deepEqual(chat.agent, { email: ana.email, name: ana.name });
      assert.equal((await taker.next("messages")).at(-1).text, "Ana Example joined");

      const assigned = { chatId, agentName: ana.name, agentEmail: ana.email };
      assert.deepEqual(await customer.next("chat-assigned"), assigned);
      assert.deepEqual(await taker.next("chat-assigned", about(chatId)), assigned);
      assert.deepEqual(await colleague.next("chat-claimed", about(chatId)), assigned);
      assert.equal((await colleague.next("queue-notification", about(chatId))).type, "removed");
      const line = await customer.next("chat-message", (message) => message.type === "system");
      assert.equal(line.text, "Ana Example joined");
      assert.deepEqual(await taker.rest("chat-claimed", about(chatId)), [], "the winner needs no telling");

      assert.equal(await colleague.denied("claim-chat", { chatId }), "already_taken");
      assert.equal((await taker.done("claim-chat", { chatId })).chat.chatId, chatId, "again changes nothing");
    });
    for (const name of ["queue-notification", "chat-claimed", "chat-assigned"]) {
      assert.deepEqual(await other.rest(name, about(chatId)), [], `${name} is not for another queue's agent`);
    }
  });
});

test("of two agents who claim at once exactly one wins", async () => {
  const { _id: chatId } = await startConversation(newGuest());
  await together([onChat(ana), onChat(bo)], async (...agents) => {
    const answers = await Promise.all(agents.map((agent) => agent.ask("claim-chat", { chatId })));
    assert.deepEqual(answers.map((answer) => answer.ok).sort(), [false, true]);
    assert.equal(answers.find((answer) => !answer.ok).error.code, "already_taken");
  });
});

test("pick-next gives the chats in the order in which they came, and then none", async () => {
  const queueId = WORLD.queues.sales;
  const waiting = [];
  for (const guest of [newGuest(), newGuest()]) waiting.push((await startConversation(guest, queueId))._id);
  await together([onChat(olga)], async (agent) => {
    for (const chatId of waiting) {
      const { chat } = await agent.done("pick-next", { queueId });
      assert.equal(chat.chatId, chatId);
      assert.deepEqual(chat.queue, { id: queueId, name: "Sales" });
      assert.equal((await agent.next("messages")).at(-1).text, "Olga Example joined");
      await agent.done("chat-message", { chatId, text: "Hello" });
      assert.equal((await agent.next("chat-message", (message) => message.type === "text")).chatId, chatId);
    }
    assert.deepEqual(await agent.done("pick-next", { queueId }), { chat: null });
    assert.deepEqual(await agent.done("pick-next"), { chat: null });
  });
});

for (const [who, closer] of [["customer", null], ["agent", ana], ["admin", sam]]) {
  test(`the ${who} closes a chat, and it takes no more messages`, async () => {
    const guest = newGuest();
    const chatId = await startTakenConversation(guest, ana);
    const person = closer ?? guest;
    const clients = [onChat(guest, { chatId }), onChat(ana, { chatId }), onChat(person)];
    await together(clients, async (customer, agent, own) => {
      const { chat } = await own.done("close-chat", { chatId, reason: "Solved" });
      assert.equal(chat.status, "closed");
      assert.equal(chat.handler, null);
      for (const client of [customer, agent]) {
        assert.deepEqual(await client.next("chat-closed"), { chatId, reason: "Solved", closedBy: person.id });
        assert.equal(await client.denied("chat-message", { chatId, text: "Wait!" }), "conversation_closed");
      }
      const begun = await customer.done("join-chat", {});
      assert.notEqual(begun.chat.chatId, chatId, "a new start makes a new conversation");
      await customer.done("close-chat", { chatId: begun.chat.chatId });
    });
  });
}

test("namespace / is told of every change of status and assignment", async () => {
  const guest = newGuest();
  const { _id: chatId } = await startConversation(guest);
  await together([onRoot(guest), onChat(ana)], async (customer, agent) => {
    await agent.done("claim-chat", { chatId });
    const taken = (await customer.next("conversation:updated")).conversation;
    assert.equal(taken.status, "open");
    assert.equal(taken.assignedSupportId._id, ana.id);
    await agent.done("close-chat", { chatId });
    assert.equal((await customer.next("conversation:updated")).conversation.status, "closed");
    const refused = { conversationId: chatId, messageType: "text", content: "Wait!" };
    assert.equal(await customer.denied("message:send", refused), "conversation_closed");
    assertKeys(taken, "_id userId assignedSupportId status handler assistant unreadCount readSeq rating context lastSeq queue priority requiredSkills queueTimedOut createdAt updatedAt");
  });
});
