// People in chats, on every kind of connection, who talk while the web processes are restarted.
// Says "ready", talks until a line comes, and prints what everybody heard and was told as one line of JSON.
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const { HELPDESK_URL: url, SEATS: seats } = process.env;
const PAUSE_MS = 100;
const ACK_MS = 4_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let talking = true;

class Talker {
  constructor({ name, token, chatId, transports, recovery }) {
    Object.assign(this, { name, chatId, heard: [], sent: [], absences: [], longest: 0, recovered: 0 });
    const auth = (tell) => tell({ token, chatId, recovery, ...(this.heard.length && { lastSeq: this.lastSeq }) });
    this.socket = io(`${url}/chat`, { auth, forceNew: true, ...(transports && { transports }) });
    this.socket.on("messages", (messages) => messages.forEach((message) => this.hear(message)));
    this.socket.on("chat-message", (message) => this.hear(message));
    this.socket.on("disconnect", (reason) => {
      this.goneAt = Date.now();
      this.absences.push([reason, null]);
    });
    this.socket.on("connect", () => {
      if (this.absences.length) this.absences.at(-1)[1] = (Date.now() - this.goneAt) / 1000;
      this.recovered += this.socket.recovered ? 1 : 0;
    });
    this.connected = new Promise((resolve) => this.socket.once("connect", resolve));
  }

  get lastSeq() {
    return this.heard.at(-1)[0];
  }

  hear({ seq, text }) {
    this.heard.push([seq, text]);
  }

  async talk() {
    for (let number = 0; talking; number += 1) {
      const text = `${this.name} ${number}`;
      const began = Date.now();
      this.sent.push([await this.say({ chatId: this.chatId, text, clientMessageId: randomUUID() }), text]);
      this.longest = Math.max(this.longest, (Date.now() - began) / 1000);
      await sleep(PAUSE_MS);
    }
  }

  // As often as it takes, under one id.
  async say(message) {
    for (;;) {
      const answer = await this.socket
        .timeout(ACK_MS)
        .emitWithAck("chat-message", message)
        .catch(() => ({ ok: false }));
      if (answer.ok) return answer.seq;
      if (answer.error) throw new Error(JSON.stringify(answer));
    }
  }
}

const talkers = JSON.parse(seats).map((seat) => new Talker(seat));
await Promise.all(talkers.map(({ connected }) => connected));
const talks = talkers.map((talker) => talker.talk());
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
talking = false;
await Promise.all(talks);
const until = Date.now() + 10_000;
for (const { chatId } of talkers) {
  const there = talkers.filter((talker) => talker.chatId === chatId);
  const last = Math.max(...there.map(({ sent }) => sent.at(-1)[0]));
  while (there.some(({ lastSeq }) => lastSeq < last) && Date.now() < until) await sleep(10);
}
const saw = talkers.map(({ socket, ...talker }) => ({ ...talker, connected: socket.connected }));
// A pipe takes no more than it has room for before the process ends.
process.stdout.write(`${JSON.stringify(saw)}\n`, () => process.exit(0));
