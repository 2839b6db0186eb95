// A customer with connection state recovery whose connection breaks again and again in the midst of a
// conversation. Prints what it has heard as one line of JSON.
import { io } from "socket.io-client";

const { HELPDESK_URL: url, TOKEN: token, CHAT: chatId, STRANGERS_TOKEN: strangersToken } = process.env;
const ROUNDS = Number(process.env.ROUNDS);
const BETWEEN = 5;

const once = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));
const options = { forceNew: true, transports: ["websocket"], reconnectionDelay: 100, reconnectionDelayMax: 200 };

const chat = io(`${url}/chat`, { ...options, auth: { token, chatId, recovery: true } });
const heard = [];
const offsets = [];
let enough = () => {};
chat.on("chat-message", (message, offset) => {
  heard.push(message.seq);
  offsets.push(offset);
  enough();
});
const until = (count) =>
  new Promise((resolve) => {
    enough = () => heard.length >= count && resolve();
    enough();
  });

const session = await once(chat, "session");
const recovered = [];
const ids = new Set([chat.id]);
for (let round = 0; round < ROUNDS; round += 1) {
  await until(heard.length + BETWEEN);
  const back = once(chat, "connect");
  chat.io.engine.close(); // the connection breaks, and the client comes back by itself
  await back;
  recovered.push(chat.recovered);
  ids.add(chat.id);
}
await until(heard.length + BETWEEN);
const own = await chat.emitWithAck("chat-message", { chatId, text: "mine" });
while (!heard.includes(own.seq)) await until(heard.length + 1);

// Somebody else who has got hold of the secret, and has a token of its own.
const stolen = { pid: chat._pid, offset: offsets[0], recovery: true };
const thief = io(`${url}/chat`, { ...options, auth: { ...stolen, token: strangersToken } });
const told = [];
thief.onAny((name) => told.push(name));
await once(thief, "connect");
const stranger = { sameId: thief.id === chat.id, recovered: thief._pid === stolen.pid };
await thief.emitWithAck("set-status", { status: "online" });
thief.disconnect();
chat.disconnect();

const strings = offsets.every((offset) => typeof offset === "string");
console.log(JSON.stringify({ session, heard, recovered, strings, ids: ids.size, stranger: { ...stranger, told } }));
process.exit(0);
