// The assistant as a genuine client hears it: what it says while it says it, and who has the chat (SPEC §9).
import assert from "node:assert/strict";
import test from "node:test";
import { WORLD, assertKeys, newGuest, onChat, onRoot, together } from "./support.mjs";

const { ana } = WORLD.people;
const is = (event) => (data) => data.event === event;

/** What stands on the screen once a stream has ended; `first` is its first chunk, `end` its end. */
async function answerOf(client) {
  const first = await client.next("chat-stream", is("chunk"));
  const end = await client.next("chat-stream", is("end"));
  const chunks = [first, ...(await client.rest("chat-stream", is("chunk")))];
  const text = chunks.reduce((said, chunk) => [...[...said].slice(0, chunk.offset), chunk.text].join(""), "");
  return { first, end, text };
}

test("an answer is heard as it is written on /chat, and stands as a message in both namespaces", async () => {
  const guest = newGuest();
  await together([onChat(guest), onRoot(guest), onChat(ana)], async (customer, root, agent) => {
    const { chat } = await customer.done("join-chat", { queueId: WORLD.queues.assisted });
    const { chatId, assistant } = chat;
    assert.deepEqual([chat.status, chat.handler, chat.agent, assistant.name], ["open", "assistant", null, "Iris"]);
    assertKeys(assistant, "_id name");
    const [, greeting] = await customer.next("messages");
    assert.deepEqual([greeting.text, greeting.fromAgent, greeting.fromAssistant], ["I am Iris.", true, true]);
    const { conversation } = await root.done("conversation:join", { conversationId: chatId });
    assert.deepEqual([conversation.handler, conversation.assistant], ["assistant", assistant]);
    assert.equal(await customer.denied("watch-chat", { chatId }), "forbidden");
    assert.deepEqual((await agent.done("watch-chat", { chatId })).chat.assistant, assistant);

    await customer.done("chat-message", { chatId, text: "Hello" });
    for (const client of [customer, agent]) {
      const { first, end, text } = await answerOf(client);
      assertKeys(first, "chatId streamId event text offset");
      assert.deepEqual(end, { chatId, streamId: first.streamId, event: "end", messageId: end.messageId, reason: "complete" });
      const said = await client.next("chat-message", (message) => message.id === end.messageId);
      assert.deepEqual([said.text, said.fromId, said.fromAssistant], [text.trim(), assistant._id, true]);
    }
    const { message } = await root.next("message:new", (data) => data.message.fromAssistant);
    assert.deepEqual([message.senderId._id, message.senderId.role], [assistant._id, "Support"]);
    assert.deepEqual(await root.rest("chat-stream"), []);
    await customer.done("close-chat", { chatId });
  });
});

test("an agent takes the chat over, is suggested a reply that nobody else hears, and gives it back", async () => {
  const guest = newGuest();
  await together([onChat(guest), onChat(ana)], async (customer, agent) => {
    const { chat: { chatId, assistant } } = await customer.done("join-chat", { queueId: WORLD.queues.assisted });
    assert.equal(await agent.denied("chat-message", { chatId, text: "Me, too" }), "not_assigned");
    assert.equal((await agent.done("takeover-chat", { chatId })).chat.handler, "agent");
    assert.equal((await customer.next("chat-assigned")).agentEmail, ana.email);
    await customer.done("chat-message", { chatId, text: "Hello" });
    const { streamId } = await agent.done("suggest-reply", { chatId });
    const { first, end } = await answerOf(agent);
    assertKeys(first, "chatId streamId event text offset suggestion");
    assert.deepEqual(end, { chatId, streamId, event: "end", messageId: null, reason: "complete", suggestion: true });
    assert.deepEqual(await customer.rest("chat-stream"), []);

    await agent.done("chat-message", { chatId, text: "Here I am" });
    const { chat } = await agent.done("resume-ai", { chatId });
    assert.deepEqual([chat.handler, chat.agent, chat.assistant], ["assistant", null, assistant]);
    const given = { chatId, toQueue: null, toAgent: null, assistant, priority: 0, skills: [] };
    for (const client of [customer, agent]) assert.deepEqual(await client.next("chat-transferred"), given);
    await customer.done("close-chat", { chatId });
  });
});
