// Namespace "/chat", as the widget, the desk and the mobile apps speak it.
import assert from "node:assert/strict";
import test from "node:test";
import {
  ISO_TIME, WORLD,
  assertKeys, newClientMessageId, newGuest, onChat, startConversation, startTakenConversation, together,
} from "./support.mjs";

const { ana } = WORLD.people;
const CHAT = "chatId status handler customer agent assistant queue lastSeq unread read rating closeReason priority skills queueTimedOut createdAt";
const FIXED_MESSAGE =
  "pk id chatId seq text from fromEmail fromName fromAgent sentAt type media clientMessageId".split(" ");

test("a customer joins without naming a chat and gets its live one, after its backlog", async () => {
  const guest = newGuest();
  await together([onChat(guest), onChat(guest)], async (first, second) => {
    const { chat } = await first.done("join-chat", {});
    assertKeys(chat, CHAT);
    assert.equal(chat.status, "waiting");
    assert.equal(chat.handler, "queue");
    assert.deepEqual(chat.customer, { email: guest.email, name: guest.name });
    assert.equal(chat.agent, null);
    assert.deepEqual(chat.queue, { id: WORLD.queues.support, name: "Support" });
    assert.match(chat.createdAt, ISO_TIME);
    const backlog = await first.next("messages");
    assert.deepEqual(backlog.map((message) => message.type), ["system"]);
    assert.equal((await second.done("join-chat")).chat.chatId, chat.chatId, "one live conversation each");
  });
});

for (const name of ["chat-message", "sendMessage"]) {
  test(`${name} reaches the room, from the customer and from the agent`, async () => {
    const guest = newGuest();
    const chatId = await startTakenConversation(guest, ana);
    await together([onChat(guest, { chatId }), onChat(ana, { chatId })], async (customer, agent) => {
      for (const [from, to, who] of [[customer, agent, guest], [agent, customer, ana]]) {
        const clientMessageId = newClientMessageId();
        const sentAt = new Date().toISOString();
        const sent = await from.done(name, { chatId, text: "Grüße, 世界", clientMessageId, sentAt });
        assertKeys(sent, "messageId seq timestamp clientMessageId");
        const message = await to.next("chat-message");
        for (const key of FIXED_MESSAGE) assert.ok(key in message, `a message has ${key}`);
        assert.equal(message.pk, sent.messageId);
        assert.equal(message.id, sent.messageId);
        assert.equal(message.seq, sent.seq);
        assert.equal(message.text, "Grüße, 世界");
        assert.equal(message.from, who.email);
        assert.equal(message.fromEmail, who.email);
        assert.equal(message.fromName, who.name);
        assert.equal(message.fromAgent, who === ana);
        assert.equal(message.type, "text");
        assert.equal(message.clientMessageId, clientMessageId);
        assert.equal(message.sentAt, sent.timestamp);
        assert.deepEqual(await from.next("chat-message"), message, "the sender hears it too");
      }
    });
  });
}

test("a handshake that names a chat joins it and gets its messages", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest, { chatId })], async (customer) => {
    const backlog = await customer.next("messages");
    assert.deepEqual(backlog.map((message) => message.text), ["Chat started", "Ana Example joined"]);
    assert.ok(backlog.every((message) => message.chatId === chatId && message.type === "system"));
    await customer.done("chat-message", { chatId, text: "In the room" });
    assert.equal((await customer.next("chat-message")).text, "In the room");
  });
});

test("the backlog is the last fifty messages, in their order", async () => {
  const guest = newGuest();
  const { _id: chatId } = await startConversation(guest);
  await together([onChat(guest)], async (customer) => {
    const texts = Array.from({ length: 55 }, (_, number) => `No ${number}`);
    await Promise.all(texts.map((text) => customer.done("chat-message", { chatId, text })));
    await customer.done("join-chat", { chatId });
    const backlog = await customer.next("messages");
    assert.deepEqual(backlog.map((message) => message.text), texts.slice(-50));
    // The first message is the system's.
    assert.deepEqual(backlog.map((message) => message.seq), Array.from(backlog, (_, index) => index + 7));
  });
});

test("a status of typing is told to the others and ends with idle", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest, { chatId }), onChat(ana, { chatId })], async (customer, agent) => {
    const here = (data) => data.chatId === chatId;
    const ways = [[customer, agent, guest, "customer"], [agent, customer, ana, "agent"]];
    for (const [from, to, who, role] of ways) {
      // A mobile app's customer sends the status alone.
      await from.done("set-status", { status: "typing", ...(from === agent && { chatId }) });
      const told = await to.next("presence-change", here);
      const person = { userId: who.id, email: who.email, name: who.name, role };
      assert.deepEqual(told, { chatId, ...person, status: "typing" });
      await from.done("set-status", { status: "idle", chatId });
      assert.equal((await to.next("presence-change", here)).status, "idle");
    }
    assert.deepEqual(await customer.rest("presence-change", here), [], "nobody is told of its own typing");
  });
});

test("an agent's status is told to colleagues", async () => {
  const { bo, olga } = WORLD.people;
  await together([onChat(bo), onChat(olga)], async (agent, colleague) => {
    for (const status of ["busy", "away", "online"]) {
      await agent.done("set-status", { status });
      const isIt = (data) => data.email === bo.email && data.status === status;
      const told = await colleague.next("presence-change", isIt);
      assert.equal(told.name, bo.name);
      assert.equal(told.role, "agent");
    }
  });
});

test("reading is told to the room", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest, { chatId }), onChat(ana, { chatId })], async (customer, agent) => {
    const { messageId, seq } = await customer.done("chat-message", { chatId, text: "Read me" });
    assert.equal((await agent.done("join-chat", { chatId })).chat.unread, 1);
    await agent.done("mark-read", { chatId, messageId });
    const { readAt, ...receipt } = await customer.next("message-read");
    assert.deepEqual(receipt, { chatId, messageId, seq, readBy: ana.id });
    assert.match(readAt, ISO_TIME);
    assert.equal((await agent.done("join-chat", { chatId })).chat.unread, 0);
    await customer.done("mark-read", { chatId });
    assert.equal((await agent.next("message-read", (read) => read.readBy === guest.id)).seq, seq);
  });
});

test("who has left the room hears it no more", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest, { chatId }), onChat(ana, { chatId })], async (customer, agent) => {
    await agent.done("leave-chat", { chatId });
    await customer.done("chat-message", { chatId, text: "Still there?" });
    assert.equal((await customer.next("chat-message")).text, "Still there?");
    assert.deepEqual(await agent.rest("chat-message", (message) => message.chatId === chatId), []);
  });
});
