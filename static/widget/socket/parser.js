/** What the widget's file has in place of socket.io-parser: packets without binary parts, which nothing here sends or reads. */

export const PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4 };

/** Type, namespace with its comma, id, JSON (https://socket.io/docs/v4/socket-io-protocol/#packet-encoding). */
const PACKET = /^([0-4])(?:(\/[^,]*),)?(\d*)(.*)$/s;

export function encode({ type, nsp, id, data }) {
  return `${type}${nsp === "/" ? "" : `${nsp},`}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`;
}

/** A packet as `{type, nsp, id, data}`; undefined for something binary that another program relays, which nothing here uses. */
export function decode(packet) {
  const [, type, nsp = "/", id, json] = (typeof packet === "string" && PACKET.exec(packet)) || [];
  return type && { type: Number(type), nsp, id: id ? Number(id) : undefined, data: json ? JSON.parse(json) : undefined };
}
