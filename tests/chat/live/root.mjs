// Namespace "/", as the web and mobile clients of the chat system speak it.
import assert from "node:assert/strict";
import test from "node:test";
import {
  ISO_TIME, WAY, WORLD,
  assertKeys, newClientMessageId, newGuest, onRoot, startConversation, startTakenConversation, together,
} from "./support.mjs";

const { ana } = WORLD.people;
const MESSAGE = "_id conversationId seq senderId fromAssistant messageType content media isRead clientMessageId createdAt editedAt deletedAt";
const CONVERSATION =
  "_id userId assignedSupportId status handler assistant unreadCount readSeq rating context lastSeq queue priority requiredSkills queueTimedOut createdAt updatedAt";

const text = (conversationId, content, more) => ({ conversationId, messageType: "text", content, ...more });

test("a client with these transports connects, and upgrades where it may", async () => {
  await together([onRoot(newGuest())], async ({ socket }) => {
    assert.equal(socket.connected, true);
    const { engine } = socket.io;
    if (WAY === "defaults" && engine.transport.name !== "websocket") {
      await new Promise((resolve) => engine.once("upgrade", resolve));
    }
    assert.equal(engine.transport.name, WAY === "polling" ? "polling" : "websocket");
    assert.notEqual(socket.id, engine.id, "the session's secret is not the socket's id");
  });
});

test("a join answers with the conversation", async () => {
  const guest = newGuest();
  const { _id } = await startConversation(guest);
  await together([onRoot(guest)], async (customer) => {
    const { conversation } = await customer.done("conversation:join", { conversationId: _id });
    assertKeys(conversation, CONVERSATION);
    assert.equal(conversation._id, _id);
    assert.equal(conversation.status, "waiting");
    assertKeys(conversation.userId, "_id first_name last_name phone isOnline");
    assert.equal(conversation.userId._id, guest.id);
    assert.equal(conversation.userId.isOnline, true);
    assert.equal(conversation.assignedSupportId, null);
    assert.deepEqual(conversation.queue, { id: WORLD.queues.support, name: "Support" });
    assert.match(conversation.createdAt, ISO_TIME);
  });
});

test("a message is acknowledged, confirmed, and told to everyone in the room", async () => {
  const guest = newGuest();
  const conversationId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onRoot(ana)], async (customer, agent) => {
    await customer.done("conversation:join", { conversationId });
    const { conversation } = await agent.done("conversation:join", { conversationId });
    assertKeys(conversation.assignedSupportId, "_id first_name last_name role");
    assert.equal(conversation.assignedSupportId.role, "Support");
    const ways = [[customer, agent, guest, "User"], [agent, customer, ana, "Support"]];
    for (const [from, to, who, role] of ways) {
      const clientMessageId = newClientMessageId();
      const sent = await from.done("message:send", text(conversationId, " Hello 👋 ", { clientMessageId }));
      assertKeys(sent, "messageId seq timestamp clientMessageId");
      assert.match(sent.timestamp, ISO_TIME);
      assert.deepEqual(await from.next("message:sent"), { ...sent, conversationId });
      const received = await to.next("message:new");
      assert.deepEqual(await from.next("message:new"), received, "the sender hears it too");
      assertKeys(received, "message conversationId");
      assertKeys(received.message, MESSAGE);
      assert.equal(received.conversationId, conversationId);
      assert.equal(received.message.content, "Hello 👋");
      assert.equal(received.message.messageType, "text");
      assert.equal(received.message.media, null);
      assert.equal(received.message._id, sent.messageId);
      assert.equal(received.message.seq, sent.seq);
      assert.equal(received.message.createdAt, sent.timestamp);
      assert.equal(received.message.clientMessageId, clientMessageId);
      assertKeys(received.message.senderId, "_id first_name last_name role");
      assert.equal(received.message.senderId._id, who.id);
      assert.equal(received.message.senderId.role, role);
    }
    assert.deepEqual(await agent.rest("notification:new-message"), [], "who is in the room is not notified");
  });
});

test("the acknowledgement of a message without a clientMessageId has none", async () => {
  const guest = newGuest();
  const { _id } = await startConversation(guest);
  await together([onRoot(guest)], async (customer) => {
    assertKeys(await customer.done("message:send", text(_id, "Hello")), "messageId seq timestamp");
  });
});

test("a participant's socket outside the room is notified, and one who left is outside", async () => {
  const guest = newGuest();
  const conversationId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onRoot(ana)], async (customer, agent) => {
    const mine = (data) => data.conversationId === conversationId;
    const { messageId } = await customer.done("message:send", text(conversationId, "Anybody?"));
    const told = await agent.next("notification:new-message", mine);
    assertKeys(told, "conversationId message sender");
    assertKeys(told.message, MESSAGE);
    assert.equal(told.message._id, messageId);
    assert.deepEqual(told.sender, { id: guest.id, name: guest.name });
    await agent.done("conversation:join", { conversationId });
    await agent.done("conversation:leave", { conversationId });
    await customer.done("message:send", text(conversationId, "And now?"));
    assert.equal((await agent.next("notification:new-message", mine)).message.content, "And now?");
    assert.deepEqual(await agent.rest("message:new", mine), []);
    assert.deepEqual(await customer.rest("notification:new-message"), [], "nobody is notified of its own");
  });
});

test("typing is told to the others and ends with typing:stop", async () => {
  const guest = newGuest();
  const conversationId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onRoot(ana)], async (customer, agent) => {
    for (const client of [customer, agent]) await client.done("conversation:join", { conversationId });
    for (const [from, to, who] of [[customer, agent, guest], [agent, customer, ana]]) {
      const told = { conversationId, userId: who.id, userName: who.name };
      await from.done("typing:start", { conversationId });
      assert.deepEqual(await to.next("typing:user-typing"), told);
      await from.done("typing:stop", { conversationId });
      assert.deepEqual(await to.next("typing:user-stopped"), told);
      assert.deepEqual(await from.rest("typing:user-typing"), [], "nobody is told of its own typing");
    }
  });
});

test("reading is told to the room, one message or all", async () => {
  const guest = newGuest();
  const conversationId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onRoot(ana)], async (customer, agent) => {
    for (const client of [customer, agent]) await client.done("conversation:join", { conversationId });
    const first = await customer.done("message:send", text(conversationId, "One"));
    const second = await customer.done("message:send", text(conversationId, "Two"));
    await agent.done("message:read", { messageId: first.messageId, conversationId });
    const receipt = await customer.next("message:read-receipt");
    assertKeys(receipt, "messageId conversationId readBy readAt seq");
    assert.equal(receipt.messageId, first.messageId);
    assert.equal(receipt.seq, first.seq);
    assert.equal(receipt.readBy, ana.id);
    assert.match(receipt.readAt, ISO_TIME);
    await agent.done("conversation:mark-all-read", { conversationId });
    assert.equal((await customer.next("message:read-receipt")).messageId, second.messageId);
    await agent.done("message:read", { messageId: first.messageId, conversationId });
    assert.deepEqual(await customer.rest("message:read-receipt"), [], "reading never goes back");
    const { conversation } = await agent.done("conversation:join", { conversationId });
    assert.equal(conversation.unreadCount[ana.id], 0);
  });
});
