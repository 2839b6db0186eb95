// A customer on "/" and an agent on "/chat": one conversation in two dialects.
import assert from "node:assert/strict";
import test from "node:test";
import { WORLD, newGuest, onChat, onRoot, startTakenConversation, together } from "./support.mjs";

const { ana } = WORLD.people;

test("a customer on / and an agent on /chat talk, each in its own words", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onChat(ana)], async (customer, agent) => {
    await customer.done("conversation:join", { conversationId: chatId });
    await agent.done("join-chat", { chatId });

    const question = { conversationId: chatId, messageType: "text", content: "Where is it?" };
    await customer.done("message:send", question);
    const heard = await agent.next("chat-message");
    assert.equal(heard.text, "Where is it?");
    assert.equal(heard.fromAgent, false);
    assert.equal(heard.fromEmail, guest.email);

    const { messageId, seq } = await agent.done("chat-message", { chatId, text: "On its way." });
    const { message } = await customer.next("message:new", (data) => data.message._id === messageId);
    assert.equal(message.content, "On its way.");
    assert.equal(message.seq, seq);
    assert.equal(message.senderId._id, ana.id);

    await customer.done("typing:start", { conversationId: chatId });
    assert.equal((await agent.next("presence-change", (data) => data.chatId === chatId)).status, "typing");
    await customer.done("typing:stop", { conversationId: chatId });
    assert.equal((await agent.next("presence-change", (data) => data.chatId === chatId)).status, "idle");
    await agent.done("set-status", { status: "typing", chatId });
    assert.equal((await customer.next("typing:user-typing")).userId, ana.id);
    await agent.done("set-status", { status: "idle", chatId });
    assert.equal((await customer.next("typing:user-stopped")).userId, ana.id);

    await customer.done("message:read", { conversationId: chatId, messageId });
    assert.equal((await agent.next("message-read")).messageId, messageId);
    await agent.done("mark-read", { chatId });
    const receipt = await customer.next("message:read-receipt", (data) => data.readBy === ana.id);
    assert.equal(receipt.seq, seq);

    await agent.done("close-chat", { chatId });
    assert.equal((await customer.next("conversation:updated")).conversation.status, "closed");
  });
});

test("one connection carries both namespaces", async () => {
  const guest = newGuest();
  const root = onRoot(guest);
  const chat = root.socket.io.socket("/chat", { auth: { token: guest.access } });
  const joined = new Promise((resolve, reject) => {
    chat.once("connect", resolve);
    chat.once("connect_error", reject);
  });
  chat.connect();
  await together([root], async (customer) => {
    await joined;
    assert.equal(chat.io.engine.id, customer.socket.io.engine.id);
    const { chatId: conversationId } = (await chat.emitWithAck("join-chat", {})).chat;
    const heard = new Promise((resolve) => chat.once("chat-message", resolve));
    await customer.done("message:send", { conversationId, messageType: "text", content: "Both" });
    assert.equal((await heard).text, "Both");
    chat.disconnect();
    await customer.done("conversation:join", { conversationId });
  });
});

test("a namespace that does not exist is refused and the others go on", async () => {
  const root = onRoot(newGuest());
  const nowhere = root.socket.io.socket("/nowhere");
  const refused = new Promise((resolve) => nowhere.once("connect_error", resolve));
  nowhere.connect();
  await together([root], async (customer) => {
    assert.equal((await refused).message, "Invalid namespace");
    assert.equal(await customer.denied("no-such-event", {}), "unknown_event");
  });
});
