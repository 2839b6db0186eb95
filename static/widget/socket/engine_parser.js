/** What the widget's file has in place of engine.io-parser: packets of text, for nothing here sends or reads binary ones. */

/** In the order of their numbers (https://socket.io/docs/v4/engine-io-protocol/#protocol). */
const TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const SEPARATOR = "\x1e";

const encoded = ({ type, data }) => TYPES.indexOf(type) + (data || "");

export function encodePacket(packet, supportsBinary, callback) {
  callback(encoded(packet));
}

export function decodePacket(text) {
  // Something binary: the Socket.IO parser passes over it.
  if (typeof text !== "string" || text[0] === "b") return { type: "message", data: null };
  const type = TYPES[text[0]];
  if (!type) return { type: "error", data: "parser error" };
  return text.length > 1 ? { type, data: text.slice(1) } : { type };
}

export function encodePayload(packets, callback) {
  callback(packets.map(encoded).join(SEPARATOR));
}

export function decodePayload(payload) {
  return payload.split(SEPARATOR).map(decodePacket);
}
