import assert from "node:assert/strict";
import { afterEach, before, beforeEach, mock, test } from "node:test";

/** The server's end of a WebSocket, which says what the test says. */
class FakeWebSocket {
  static all = [];
  sent = [];

  constructor(address) {
    this.address = address;
    FakeWebSocket.all.push(this);
  }

  send(text) {
    this.sent.push(text);
  }

  close() {
    this.isClosed = true;
  }

  says(...texts) {
    for (const data of texts) this.onmessage({ data });
  }

  opens() {
    this.onopen();
    this.says('0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}');
  }

  breaks() {
    this.onclose({ description: "gone" });
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const latest = () => FakeWebSocket.all.at(-1);
let io;

before(async () => {
  Object.assign(globalThis, { WebSocket: FakeWebSocket, addEventListener() {}, removeEventListener() {} });
  ({ io } = await import("../../static/widget/socket/client.js"));
});

beforeEach(() => {
  FakeWebSocket.all = [];
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => mock.timers.reset());

/** A client and what it has told. */
function client() {
  const told = [];
  const socket = io("https://help.example.com/chat", { auth: (answer) => answer({ token: `token-${FakeWebSocket.all.length}` }) });
  for (const event of ["connect", "disconnect", "connect_error"]) socket.on(event, (detail) => told.push([event, detail?.data ?? detail?.message ?? detail]));
  socket.onAny((event, data) => told.push([event, data]));
  socket.connect();
  return { socket, told };
}

async function connected() {
  const all = client();
  latest().opens();
  latest().says('40/chat,{"sid":"x"}');
  await settled();
  return all;
}

test("it joins the namespace with its token, and then hears what it is told", async () => {
  const { socket, told } = await connected();
  assert.match(latest().address, /^wss:\/\/help\.example\.com\/socket\.io\/\?EIO=4&transport=websocket/);
  assert.deepEqual(latest().sent, ['40/chat,{"token":"token-1"}']);
  latest().says('42/chat,["chat-message",{"seq":1}]', '42["other-namespace",{}]', "2");
  await settled();
  assert.deepEqual([socket.connected, told], [true, [["connect", undefined], ["chat-message", { seq: 1 }]]]);
  assert.equal(latest().sent.at(-1), "3", "a ping is answered");
});

test("an acknowledgement goes to who asked, in whichever order they come; none in time is a failure", async () => {
  const { socket } = await connected();
  const [first, second, third] = ["a", "b", "c"].map((text) => socket.timeout(1000).emitWithAck("chat-message", { text }));
  await settled();
  assert.equal(latest().sent.at(-1), '42/chat,3["chat-message",{"text":"c"}]');
  latest().says('43/chat,2[{"ok":2}]', '43/chat,1[{"ok":1}]', '43/chat,2[{"ok":"twice"}]');
  assert.deepEqual([await first, await second], [{ ok: 1 }, { ok: 2 }]);
  mock.timers.tick(1000);
  await assert.rejects(third);
});

test("a broken connection is told, what waits for an answer fails, and it comes back with a token of that moment", async () => {
  const { socket, told } = await connected();
  const asked = socket.timeout(10_000).emitWithAck("join-chat", {});
  const failed = assert.rejects(asked);
  latest().breaks();
  await failed;
  assert.deepEqual([socket.connected, socket.active, told.at(-1)], [false, true, ["disconnect", "transport close"]]);
  mock.timers.tick(1500);
  assert.equal(FakeWebSocket.all.length, 2);
  latest().opens();
  latest().says('40/chat,{"sid":"y"}');
  await settled();
  assert.deepEqual([socket.connected, latest().sent], [true, ['40/chat,{"token":"token-2"}']]);
});

test("a server that does not answer the handshake is given up after 20 seconds and tried again", () => {
  const { socket, told } = client();
  mock.timers.tick(20_000);
  assert.deepEqual(told, [["connect_error", "timeout"]]);
  assert.equal(socket.active, true);
  mock.timers.tick(1500);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("a refusal says why and is not tried again before it is asked to; neither is the server's own goodbye", async () => {
  const { socket, told } = client();
  latest().opens();
  latest().says('44/chat,{"message":"No.","data":{"code":"token_expired"}}');
  await settled();
  assert.deepEqual([told, socket.active], [[["connect_error", { code: "token_expired" }]], false]);
  mock.timers.tick(60_000);
  assert.equal(FakeWebSocket.all.length, 1);
  socket.connect();
  latest().opens();
  latest().says('40/chat,{"sid":"x"}', "41/chat,");
  await settled();
  assert.deepEqual([told.at(-1), socket.connected, socket.active], [["disconnect", "io server disconnect"], false, false]);
});

test("who leaves says so, and hears nothing more", async () => {
  const { socket, told } = await connected();
  const left = latest();
  socket.disconnect();
  assert.equal(left.sent.at(-1), "41/chat,");
  left.onmessage?.({ data: '42/chat,["chat-message",{}]' });
  await settled();
  mock.timers.tick(60_000);
  assert.deepEqual([told.at(-1), FakeWebSocket.all.length], [["disconnect", "io client disconnect"], 1]);
});

test("damaged words end the connection, and another is begun", async () => {
  const { told } = await connected();
  latest().says('42/chat,["chat-message",{');
  assert.deepEqual(told.at(-1), ["disconnect", "forced close"]);
  mock.timers.tick(1500);
  assert.equal(FakeWebSocket.all.length, 2);
});
