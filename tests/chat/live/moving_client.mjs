// A customer on both namespaces of one connection, which is upgraded in the midst of a conversation.
// Prints what it has heard as one line of JSON, for each round.
import { io } from "socket.io-client";

const { HELPDESK_URL: url, TOKEN: token, CHAT: chatId } = process.env;
const ROUNDS = Number(process.env.ROUNDS);
const BEFORE = 8;
const AFTER = 8;

const once = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

async function round(number) {
  const chat = io(`${url}/chat`, { auth: { token, chatId }, forceNew: true, upgrade: false });
  const root = chat.io.socket("/", { auth: { token } });
  const heard = { chat: [], root: [] };
  let enough = () => {};
  chat.on("chat-message", (message) => (heard.chat.push(message.seq), enough()));
  root.on("message:new", ({ message }) => (heard.root.push(message.seq), enough()));
  const until = (count) =>
    new Promise((resolve) => {
      enough = () => heard.chat.length >= count && heard.root.length >= count && resolve();
      enough();
    });
  await Promise.all([once(chat, "messages"), once(root, "connect")]);
  await root.emitWithAck("conversation:join", { conversationId: chatId });
  const ids = [chat.id, root.id];

  await until(BEFORE);
  const acks = [];
  for (let index = 0; index < 10; index += 1) {
    if (index === 3) chat.io.engine._probe("websocket");
    acks.push(chat.emitWithAck("chat-message", { chatId, text: `mine ${number}.${index}` }));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const sent = (await Promise.all(acks)).map((ack) => ack.seq);
  if (chat.io.engine.transport.name !== "websocket") await once(chat.io.engine, "upgrade");
  await until(heard.chat.length + AFTER);
  const left = await root.emitWithAck("conversation:leave", { conversationId: chatId });
  const result = { heard, sent, left, sameIds: ids[0] === chat.id && ids[1] === root.id };
  chat.disconnect();
  root.disconnect();
  return { ...result, transport: chat.io.engine.transport.name };
}

const results = [];
for (let number = 0; number < ROUNDS; number += 1) results.push(await round(number));
console.log(JSON.stringify(results));
process.exit(0);
