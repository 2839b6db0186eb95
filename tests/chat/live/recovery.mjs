// Nothing lost, nothing twice: resends, rejoins and reconnects.
import assert from "node:assert/strict";
import test from "node:test";
import {
  WORLD, newClientMessageId, newGuest, onChat, onRoot, startTakenConversation, together,
} from "./support.mjs";

const { ana } = WORLD.people;

test("a message sent again with its clientMessageId is stored and told once", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  const clients = [onChat(guest, { chatId }), onRoot(guest), onChat(ana, { chatId })];
  await together(clients, async (chat, root, agent) => {
    const clientMessageId = newClientMessageId();
    const first = await chat.done("chat-message", { chatId, text: "Once", clientMessageId });
    assert.deepEqual(await chat.done("chat-message", { chatId, text: "Once", clientMessageId }), first);
    const onRootToo = { conversationId: chatId, messageType: "text", content: "Once", clientMessageId };
    assert.deepEqual(await root.done("message:send", onRootToo), first, "on the other namespace too");
    assert.equal(await chat.denied("chat-message", { chatId, text: "Other", clientMessageId }), "conflict");
    await agent.next("chat-message");
    assert.deepEqual(await agent.rest("chat-message", (message) => message.chatId === chatId), []);
    // Another person's equal id is another message.
    const second = await agent.done("chat-message", { chatId, text: "Once", clientMessageId });
    assert.equal(second.seq, first.seq + 1);
  });
});

test("a client that reconnects with its lastSeq gets exactly what it missed, on /chat", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  let lastSeq;
  // A function, because a client that reconnects says what it has by then.
  const customer = onChat(guest);
  customer.socket.auth = (tell) => tell({ token: guest.access, chatId, lastSeq });
  await together([customer, onChat(ana, { chatId })], async (_, agent) => {
    lastSeq = (await agent.done("chat-message", { chatId, text: "Seen" })).seq;
    assert.equal((await customer.next("chat-message")).seq, lastSeq);
    await customer.next("messages");

    const away = new Promise((resolve) => customer.socket.once("disconnect", resolve));
    const back = new Promise((resolve) => customer.socket.once("connect", resolve));
    customer.socket.io.engine.close(); // the connection breaks, and the client comes back by itself
    await away;
    const missed = [];
    for (let number = 0; number < 3; number++) {
      missed.push((await agent.done("chat-message", { chatId, text: `Missed ${number}` })).seq);
    }
    await back;
    const after = await agent.done("chat-message", { chatId, text: "Live again" });
    const heard = await customer.next("messages");
    // It came back somewhere in between: before it is backlog, after it is live.
    while (heard.at(-1)?.seq !== after.seq) heard.push(await customer.next("chat-message"));
    assert.deepEqual(heard.map((message) => message.seq), [...missed, after.seq]);
    assert.deepEqual(await customer.rest("chat-message"), []);
  });
});

test("a join with lastSeq is followed by exactly what was missed, on /", async () => {
  const guest = newGuest();
  const conversationId = await startTakenConversation(guest, ana);
  await together([onRoot(guest), onRoot(ana)], async (customer, agent) => {
    const sent = [];
    for (const content of ["No 0", "No 1", "No 2", "No 3"]) {
      sent.push(await agent.done("message:send", { conversationId, messageType: "text", content }));
    }
    await customer.done("conversation:join", { conversationId, lastSeq: sent[1].seq });
    const missed = await customer.rest("message:new");
    assert.deepEqual(missed.map(({ message }) => message.seq), [sent[2].seq, sent[3].seq]);
    assert.deepEqual(missed.map(({ message }) => message.content), ["No 2", "No 3"]);
    await customer.done("conversation:join", { conversationId });
    assert.equal((await customer.rest("message:new")).length, 2, "without lastSeq nothing follows");
  });
});

test("a join in the middle of a conversation has no hole and nothing twice", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest), onChat(ana, { chatId })], async (customer, agent) => {
    const first = await agent.done("chat-message", { chatId, text: "Before" });
    const texts = Array.from({ length: 30 }, (_, number) => `No ${number}`);
    const sends = texts.map((text) => agent.done("chat-message", { chatId, text }));
    await customer.done("join-chat", { chatId, lastSeq: first.seq });
    const last = (await Promise.all(sends)).at(-1).seq;
    const backlog = await customer.next("messages");
    const live = await customer.rest("chat-message");
    const expected = Array.from({ length: last - first.seq }, (_, number) => first.seq + 1 + number);
    assert.deepEqual([...backlog, ...live].map((message) => message.seq), expected);
  });
});

test("an unknown lastSeq in the future yields nothing and live messages follow", async () => {
  const guest = newGuest();
  const chatId = await startTakenConversation(guest, ana);
  await together([onChat(guest), onChat(ana)], async (customer, agent) => {
    await customer.done("join-chat", { chatId, lastSeq: 1_000_000 });
    assert.deepEqual(await customer.next("messages"), []);
    await agent.done("chat-message", { chatId, text: "Live" });
    assert.equal((await customer.next("chat-message")).text, "Live");
  });
});
