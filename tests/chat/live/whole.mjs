// What else can be said in a conversation: media, edits, deletes, notes, resolve and rate; in both dialects.
import assert from "node:assert/strict";
import test from "node:test";
import {
  URL, WORLD,
  newGuest, onChat, onRoot, rest, startTakenConversation, together,
} from "./support.mjs";

const { ana, bo, sam } = WORLD.people;
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function upload(person) {
  const form = new FormData();
  form.append("media", new Blob([PIXEL], { type: "image/png" }), "pixel.png");
  form.append("type", "image");
  const answer = await fetch(`${URL}/api/v1/chat/media`, {
    method: "POST", headers: { authorization: `Bearer ${person.access}` }, body: form,
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).data[0];
}

test("a picture is sent once, and everyone gets an address of its own for it", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onChat(ana, { chatId })], async (customer, agent) => {
    await customer.done("conversation:join", { conversationId: chatId });
    const picture = await upload(guest);
    const send = { conversationId: chatId, messageType: "image", mediaId: picture._id, clientMessageId: "p" };
    const { seq } = await customer.done("message:send", send);
    assert.equal((await customer.done("message:send", send)).seq, seq, "a resend is the same message");
    const { message: own } = await customer.next("message:new", (data) => data.message.media);
    const { media } = await agent.next("chat-message", (message) => message.media);
    assert.deepEqual([own.media._id, media._id, media.type], [picture._id, picture._id, "image"]);
    assert.notEqual(own.media.url, media.url, "an address is for one person");
    for (const { url } of [own.media, media]) {
      const answer = await fetch(url);
      assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "image/png"]);
    }
    assert.deepEqual(await agent.rest("chat-message", (message) => message.media), []);

    assert.equal(await agent.denied("chat-message", { chatId, mediaId: picture._id }), "not_found");
    const audio = { ...send, messageType: "audio", mediaId: (await upload(guest))._id, clientMessageId: "q" };
    assert.equal(await customer.denied("message:send", audio), "invalid");
    assert.equal(await customer.denied("message:send", { conversationId: chatId, messageType: "image" }), "invalid");
  });
});

test("an edit and a delete are told to both sides, and to who was away meanwhile", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onChat(ana, { chatId })], async (customer, agent) => {
    await customer.done("conversation:join", { conversationId: chatId });
    const { messageId, seq } = await agent.done("chat-message", { chatId, text: "helo" });
    await rest(ana, "PATCH", `messages/${messageId}`, { content: "hello" });
    assert.equal((await customer.next("message:updated")).message.content, "hello");
    assert.equal((await agent.next("message-updated")).text, "hello");
    await rest(ana, "DELETE", `messages/${messageId}`);
    const { message } = await customer.next("message:deleted");
    assert.deepEqual([message.content, typeof message.deletedAt], ["", "string"]);
    assert.equal((await agent.next("message-deleted")).text, "");

    await together([onChat(guest, { chatId, lastSeq: seq })], async (returned) => {
      assert.deepEqual(await returned.next("messages"), []);
      assert.equal((await returned.next("message-deleted")).id, messageId);
    });
  });
});

test("a note reaches the agents in the chat and never the customer", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  const sockets = [onChat(guest, { chatId }), onRoot(guest), onChat(ana, { chatId }), onRoot(bo)];
  await together(sockets, async (chat, root, agent, watcher) => {
    for (const client of [root, watcher]) await client.done("conversation:join", { conversationId: chatId });
    const { note } = await agent.done("add-note", { chatId, text: "She is angry.", clientMessageId: "n" });
    assert.deepEqual([note.text, note.fromName, note.afterSeq], ["She is angry.", ana.name, 2]);
    assert.equal((await agent.next("chat-note")).id, note.id);
    assert.equal((await watcher.next("note:new")).note._id, note.id);
    await agent.done("chat-message", { chatId, text: "after the note" });
    assert.equal((await chat.next("chat-message")).seq, 3, "the note took no number");
    for (const client of [chat, root]) {
      for (const name of ["chat-note", "note:new"]) assert.deepEqual(await client.rest(name), []);
    }
    assert.equal(await chat.denied("add-note", { chatId, text: "x" }), "forbidden");
    assert.equal((await rest(guest, "GET", `conversations/${chatId}/notes`)).code, "forbidden");
  });
});

test("resolved, opened again by the customer's words, closed, rated", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest, { chatId }), onChat(ana, { chatId })], async (customer, agent) => {
    assert.equal(await customer.denied("resolve-chat", { chatId }), "forbidden");
    assert.equal(await customer.denied("rate-chat", { chatId, score: 5 }), "conflict");
    assert.equal((await agent.done("resolve-chat", { chatId })).chat.status, "resolved");
    assert.deepEqual(await customer.next("chat-resolved"), { chatId });
    await customer.done("chat-message", { chatId, text: "One more thing" });
    assert.equal((await agent.next("chat-assigned")).agentName, ana.name);
    await agent.done("close-chat", { chatId, reason: "Solved" });
    await customer.next("chat-closed");
    const { chat } = await customer.done("rate-chat", { chatId, score: 4, comment: "Good" });
    assert.deepEqual([chat.status, chat.rating], ["closed", { score: 4, comment: "Good" }]);
    assert.deepEqual(await agent.next("chat-rated"), { chatId, score: 4, comment: "Good" });
    assert.equal(await agent.denied("rate-chat", { chatId, score: 5 }), "forbidden");
    for (const score of [0, 6, 2.5, "5", null]) {
      assert.equal(await customer.denied("rate-chat", { chatId, score }), "invalid");
    }
  });
});

test("an admin gives a chat to another agent, and all three sides are told", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onChat(ana, { chatId }), onChat(bo)], async (customer, first, second) => {
    const given = await rest(sam, "POST", "support/reassign", { conversationId: chatId, supportId: bo.id });
    assert.equal(given.data.assignedSupportId._id, bo.id);
    const taken = (data) => data.chatId === chatId && data.agentEmail === bo.email;
    await first.next("chat-assigned", taken);
    await second.next("chat-assigned", taken);
    const { conversation } = await customer.next("conversation:updated");
    assert.equal(conversation.assignedSupportId._id, bo.id);
    assert.equal(await first.denied("chat-message", { chatId, text: "too late" }), "not_assigned");
  });
});
