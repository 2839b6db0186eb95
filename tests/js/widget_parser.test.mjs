import assert from "node:assert/strict";
import { test } from "node:test";

import * as genuine from "socket.io-parser";

import * as small from "../../static/widget/socket/parser.js";

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } = genuine.PacketType;

const PACKETS = [
  { type: CONNECT, nsp: "/chat", data: { token: "a,b" } },
  { type: CONNECT, nsp: "/" },
  { type: DISCONNECT, nsp: "/chat" },
  { type: EVENT, nsp: "/chat", data: ["chat-message", { text: "one, two\nthree 🙂 \" \\ [4]" }] },
  { type: EVENT, nsp: "/chat", id: 12, data: ["join-chat", { lastSeq: 3 }] },
  { type: EVENT, nsp: "/", id: 0, data: ["x"] },
  { type: ACK, nsp: "/chat", id: 12, data: [{ ok: true }] },
  { type: CONNECT_ERROR, nsp: "/chat", data: { message: "No.", data: { code: "token_expired" } } },
];

function decoded(...texts) {
  const packets = [];
  const decoder = new genuine.Decoder();
  decoder.on("decoded", (packet) => packets.push(packet));
  for (const text of texts) decoder.add(text);
  return packets;
}

const said = ({ type, nsp, id, data }) => ({ type, nsp, id, data });

test("every packet is written and read as the genuine parser does", () => {
  for (const packet of PACKETS) {
    const texts = new genuine.Encoder().encode(packet);
    assert.deepEqual([small.encode(packet)], texts);
    assert.deepEqual(texts.map(small.decode).map(said), decoded(...texts).map(said));
  }
});

test("the packets have the genuine numbers", () => {
  for (const [name, number] of Object.entries(small.PacketType)) assert.equal(genuine.PacketType[name], number);
});

test("something binary that others relay is passed over, and what follows is read", () => {
  const [head, body] = new genuine.Encoder().encode({ type: EVENT, nsp: "/chat", data: ["custom-message", { data: new Uint8Array([1, 2]) }] });
  const [next] = new genuine.Encoder().encode({ type: EVENT, nsp: "/chat", data: ["chat-message", {}] });
  assert.deepEqual([head, body, next].map((text) => small.decode(text)?.data[0]), [undefined, undefined, "chat-message"]);
});

test("damaged JSON is an error, upon which the connection is begun anew", () => {
  assert.throws(() => small.decode('2/chat,["chat-message",{'));
});
