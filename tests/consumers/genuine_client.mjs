// Runs one scenario with the genuine socket.io-client and prints what it saw as one line of JSON.
import { io } from "socket.io-client";

const [address, scenario, transports, times] = process.argv.slice(2);
const options = { auth: { token: "abc" }, forceNew: true };
if (transports !== "default") options.transports = transports.split(",");

const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));
const transportOf = (socket) => socket.io.engine.transport.name;

async function upgraded(socket) {
  if (transports === "default" && transportOf(socket) !== "websocket") await once(socket.io.engine, "upgrade");
  return transportOf(socket);
}

const scenarios = {
  async conversation() {
    const socket = io(address, options);
    const [auth] = await once(socket, "auth");
    const firstTransport = transportOf(socket);
    const echo = once(socket, "message-back");
    socket.emit("message", 1, "é", { three: [true] }, Buffer.from([1, 2, 3]));
    const back = await echo;
    const acked = await new Promise((resolve) => {
      socket.emit("message-with-ack", "a", Buffer.from([9]), (...values) => resolve(values));
    });
    const lastTransport = await upgraded(socket);
    const answer = await socket.emitWithAck("answer");
    const gone = once(socket, "disconnect");
    socket.disconnect();
    return { auth, firstTransport, lastTransport, back, acked, answer, gone: (await gone)[0] };
  },

  async staysConnected() {
    const socket = io(address, options);
    await once(socket, "auth");
    let pings = 0;
    socket.io.on("ping", () => (pings += 1));
    await new Promise((resolve) => socket.io.on("ping", () => pings === 2 && resolve()));
    const result = { pinged: pings >= 2, connected: socket.connected };
    socket.disconnect();
    return result;
  },

  async namespaces() {
    const socket = io(address, options);
    await once(socket, "auth");
    const manager = socket.io;
    const custom = manager.socket("/custom", { auth: { token: "custom" } });
    const [customAuth] = await once(custom, "auth");
    const [unknown] = await once(manager.socket("/unknown"), "connect_error");
    const refusedSocket = manager.socket("/refusing");
    const [refused] = await once(refusedSocket, "connect_error");
    const left = once(custom, "disconnect");
    custom.emit("kick");
    const result = {
      customAuth,
      unknown: unknown.message,
      refused: { message: refused.message, data: refused.data, active: refusedSocket.active },
      left: (await left)[0],
      sameConnection: socket.connected && (await socket.emitWithAck("answer")),
    };
    socket.disconnect();
    return result;
  },

  async binary() {
    const socket = io(address, options);
    await once(socket, "auth");
    const buffers = Array.from({ length: 10 }, (_, size) => Buffer.alloc(size, size));
    const echo = once(socket, "message-back");
    socket.emit("message", buffers);
    const [back] = await echo;
    const lengths = back.map((buffer) => buffer.length);
    const acked = await socket.emitWithAck("message-with-ack", { deep: [buffers[3]] });
    const asked = new Promise((resolve) => {
      socket.on("question", (payload, ack) => (ack(Buffer.from(payload)), resolve()));
    });
    const result = once(socket, "ask-result");
    socket.emit("ask", "question", Buffer.from([1, 2]), 5000);
    await asked;
    const [{ ok, args }] = await result;
    socket.disconnect();
    return { lengths, acked: acked.deep[0], ok, args };
  },

  async acks() {
    const socket = io(address, options);
    await once(socket, "auth");
    const empty = await new Promise((resolve) => socket.emit("ack-empty", (...values) => resolve(values)));
    const unanswered = await socket.timeout(200).emitWithAck("noack").catch((error) => error.message);
    socket.on("question", (payload, ack) => payload === "answer me" && ack("yes"));
    const results = [];
    for (const payload of ["answer me", "do not"]) {
      const result = once(socket, "ask-result");
      socket.emit("ask", "question", payload, 300);
      results.push((await result)[0]);
    }
    socket.disconnect();
    const resending = io(address, { ...options, retries: 2, ackTimeout: 150 });
    const given = await new Promise((resolve) => resending.emit("noack", (error) => resolve(error.message)));
    const acked = await new Promise((resolve) => resending.emit("answer", (error, value) => resolve(value)));
    resending.disconnect();
    return { empty, unanswered, results, given, acked };
  },

  async refusals() {
    const manager = io(address, options).io;
    const denied = manager.socket("/denied", { auth: { token: "wrong" } });
    const [error] = await once(denied, "connect_error");
    const first = { message: error.message, data: error.data, active: denied.active };
    denied.auth = { token: "ok" };
    denied.connect();
    const [auth] = await once(denied, "auth");
    manager._close();
    return { first, auth };
  },

  async leaving() {
    const socket = io(address, { ...options, reconnectionDelay: 50, reconnectionDelayMax: 100 });
    await once(socket, "auth");
    const ids = [socket.id];
    const reasons = [];
    for (const why of ["close", "violation"]) {
      const gone = once(socket, "disconnect");
      const back = once(socket, "auth");
      if (why === "close") socket.emit("close");
      else socket.io.engine.send("no packet");
      reasons.push([(await gone)[0], socket.active]);
      await back;
      ids.push(socket.id);
    }
    const custom = socket.io.socket("/custom");
    await once(custom, "auth");
    const gone = [once(socket, "disconnect"), once(custom, "disconnect")];
    custom.emit("kick-all");
    for (const [reason] of await Promise.all(gone)) reasons.push([reason, socket.active || custom.active]);
    return { differentIds: new Set(ids).size, reasons };
  },

  // The upgrade is started in the midst of the messages: by itself it may be done before the first.
  async upgrade() {
    const rounds = [];
    options.upgrade = false;
    for (let round = 0; round < Number(times); round += 1) {
      const socket = io(address, options);
      const received = [];
      const complete = new Promise((resolve) => {
        socket.on("message-back", (number) => received.push(number) === 100 && resolve());
      });
      await once(socket, "auth");
      const firstTransport = transportOf(socket);
      for (let number = 0; number < 100; number += 1) {
        socket.emit("message", number);
        if (number === 30) socket.io.engine._probe("websocket");
        if (number % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await complete;
      const transport = await upgraded(socket);
      await socket.emitWithAck("answer");
      rounds.push({ firstTransport, transport, inOrder: received.every((value, at) => value === at), count: received.length });
      socket.disconnect();
    }
    return rounds;
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
process.exit(0);
