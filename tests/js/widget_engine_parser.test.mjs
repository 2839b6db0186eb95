import assert from "node:assert/strict";
import { test } from "node:test";

import * as genuine from "engine.io-parser";

import * as small from "../../static/widget/socket/engine_parser.js";

const PACKETS = [
  { type: "open", data: '{"sid":"a"}' },
  { type: "ping" },
  { type: "pong" },
  { type: "message", data: '2/chat,["chat-message",{"text":"b4 ünd 🙂"}]' },
  { type: "noop" },
  { type: "close" },
];

const encodedBy = ({ encodePayload }, packets) => new Promise((resolve) => encodePayload(packets, resolve));

test("packets and payloads of text are written and read as engine.io-parser does", async () => {
  const payload = await encodedBy(genuine, PACKETS);
  assert.equal(await encodedBy(small, PACKETS), payload);
  assert.deepEqual(small.decodePayload(payload), genuine.decodePayload(payload, "arraybuffer"));
  assert.deepEqual(small.decodePayload(payload), PACKETS);
  for (const packet of PACKETS) small.encodePacket(packet, true, (text) => assert.deepEqual(genuine.decodePacket(text), packet));
});

test("what is no packet is an error to both", () => {
  for (const text of ["", "x", "9", "x1"]) assert.deepEqual(small.decodePacket(text), genuine.decodePacket(text));
});

test("a binary packet, which another program relays, is a message without anything to read", () => {
  const nothing = { type: "message", data: null };
  assert.deepEqual([new ArrayBuffer(2), "bAQI="].map((packet) => small.decodePacket(packet)), [nothing, nothing]);
});
