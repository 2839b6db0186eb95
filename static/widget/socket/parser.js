/** What the widget's file has in place of socket.io-parser: packets without binary parts, which nothing here sends or reads. */

import { Emitter } from "@socket.io/component-emitter";

export const PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4, BINARY_EVENT: 5, BINARY_ACK: 6 };

/** Type, namespace with its comma, id, JSON (https://socket.io/docs/v4/socket-io-protocol/#packet-encoding). */
const PACKET = /^([0-4])(?:(\/[^,]*),)?(\d*)(.*)$/s;

export class Encoder {
  encode({ type, nsp, id, data }) {
    return [`${type}${nsp === "/" ? "" : `${nsp},`}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`];
  }
}

export class Decoder extends Emitter {
  add(packet) {
    const [, type, nsp = "/", id, json] = (typeof packet === "string" && PACKET.exec(packet)) || [];
    // Something binary that another program relays: a `custom-message`, which the widget has no use for.
    if (!type) return;
    this.emitReserved("decoded", { type: Number(type), nsp, id: id ? Number(id) : undefined, data: json ? JSON.parse(json) : undefined });
  }

  destroy() {}
}
