/** What the widget's file has in place of engine.io-client: a WebSocket, else long-polling, and no change between them. */

import { Emitter } from "@socket.io/component-emitter";

import { Fetch } from "../../../node_modules/engine.io-client/build/esm/transports/polling-fetch.js";
import { WS } from "../../../node_modules/engine.io-client/build/esm/transports/websocket.js";

const PROTOCOL = 4;

/** An Engine.IO connection: tells "open", "data", "error" and "close". The transports themselves are engine.io-client's. */
export class Engine extends Emitter {
  readyState = "opening";
  binaryType = "arraybuffer";
  transport = null;

  #options;
  #transports = [WS, Fetch];
  #unsent = [];
  #inFlight = 0;
  #patience = Infinity;
  #aliveUntil = Infinity;
  #silenceTimer = null;
  #networkLost = () => this.#closed("transport close");

  /** @param {URL} url  of which the path does not matter */
  constructor({ hostname, port, protocol }) {
    super();
    const secure = protocol === "https:";
    this.#options = {
      hostname: hostname.replace(/[[\]]/g, ""),
      port: port || (secure ? "443" : "80"),
      secure,
      path: "/socket.io/",
      timestampParam: "t",
      socket: this,
    };
    globalThis.addEventListener("offline", this.#networkLost);
    this.#open();
  }

  write(data) {
    this.#send({ type: "message", data });
  }

  close() {
    if (this.readyState !== "opening" && this.readyState !== "open") return;
    this.readyState = "closing";
    const close = () => this.#closed("forced close");
    // What was said last, such as a goodbye, still goes out.
    if (this.#unsent.length) this.once("drain", close);
    else close();
  }

  /** Whether the server has been silent for too long; timers of a sleeping laptop or phone come late. */
  hasExpired() {
    const hasExpired = Date.now() > this.#aliveUntil;
    if (hasExpired) queueMicrotask(() => this.#closed("ping timeout"));
    return hasExpired;
  }

  #open() {
    const [Transport] = this.#transports;
    this.transport?.removeAllListeners();
    this.transport = new Transport({ ...this.#options, query: { EIO: PROTOCOL, transport: Transport.prototype.name } });
    this.transport
      .on("drain", () => this.#drained())
      .on("packet", (packet) => this.#received(packet))
      .on("error", (error) => this.#failed(error))
      .on("close", (details) => this.#closed("transport close", details));
    this.transport.open();
  }

  #received({ type, data }) {
    if (this.readyState === "closed") return;
    if (type === "open") this.#shookHands(JSON.parse(data));
    else if (type === "message") this.emitReserved("data", data);
    else if (type === "error") this.#failed(new Error("server error"));
    else if (type === "ping") {
      this.#send({ type: "pong" });
      this.#awaitPing();
    }
  }

  #shookHands({ sid, pingInterval, pingTimeout }) {
    this.transport.query.sid = sid;
    this.#patience = pingInterval + pingTimeout;
    this.readyState = "open";
    this.emitReserved("open");
    this.#flush();
    if (this.readyState !== "closed") this.#awaitPing();
  }

  #awaitPing() {
    clearTimeout(this.#silenceTimer);
    this.#aliveUntil = Date.now() + this.#patience;
    this.#silenceTimer = setTimeout(() => this.#closed("ping timeout"), this.#patience);
  }

  #send(packet) {
    if (this.readyState !== "opening" && this.readyState !== "open") return;
    this.#unsent.push(packet);
    this.#flush();
  }

  #flush() {
    if (this.readyState === "closed" || !this.transport.writable || !this.#unsent.length) return;
    this.#inFlight = this.#unsent.length;
    this.transport.send([...this.#unsent]);
  }

  #drained() {
    this.#unsent.splice(0, this.#inFlight);
    this.#inFlight = 0;
    if (this.#unsent.length) this.#flush();
    else this.emitReserved("drain");
  }

  #failed(error) {
    if (this.readyState === "opening" && this.#transports.length > 1) {
      this.#transports.shift();
      this.#open();
    } else {
      this.emitReserved("error", error);
      this.#closed("transport error", error);
    }
  }

  #closed(reason, details) {
    if (this.readyState === "closed") return;
    clearTimeout(this.#silenceTimer);
    globalThis.removeEventListener("offline", this.#networkLost);
    this.transport.removeAllListeners("close");
    this.transport.close();
    this.transport.removeAllListeners();
    this.readyState = "closed";
    this.emitReserved("close", reason, details);
    this.#unsent = [];
  }
}
