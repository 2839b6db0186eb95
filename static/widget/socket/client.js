/** What the widget's file has in place of socket.io-client: one namespace on a connection of its own, which comes back by itself. */

import { Emitter } from "@socket.io/component-emitter";

import { Engine } from "./engine.js";
import { PacketType, decode, encode } from "./parser.js";

const CONNECT_TIMEOUT_MILLISECONDS = 20_000;
const FIRST_RECONNECT_MILLISECONDS = 1000;
const LONGEST_RECONNECT_MILLISECONDS = 5000;

/** A connection to the namespace that the address names; what of socket.io-client's `Socket` the SDK uses. */
export function io(address, { auth }) {
  return new Client(new URL(address), auth);
}

class Client extends Emitter {
  /** Whether the namespace is joined. */
  connected = false;
  /** Whether it is connected, or goes on trying. */
  active = false;

  #url;
  #auth;
  #engine = null;
  #attempts = 0;
  #timer = null;
  #acks = new Map();
  #lastId = 0;

  constructor(url, auth) {
    super();
    this.#url = url;
    this.#auth = auth;
  }

  connect() {
    if (this.active) return;
    this.active = true;
    this.#attempts = 0;
    this.#open();
  }

  disconnect() {
    if (this.connected) this.#send({ type: PacketType.DISCONNECT });
    this.#stop("io client disconnect");
  }

  emit(...data) {
    this.#send({ type: PacketType.EVENT, data });
  }

  /** `timeout(milliseconds).emitWithAck(event, data)` resolves with the acknowledgement; rejects when none comes. */
  timeout(milliseconds) {
    return {
      emitWithAck: (...data) => new Promise((resolve, reject) => {
        const id = (this.#lastId += 1);
        const settle = (answer) => {
          clearTimeout(timer);
          this.#acks.delete(id);
          if (answer) resolve(answer[0]);
          else reject(new Error("no acknowledgement"));
        };
        const timer = setTimeout(settle, milliseconds);
        this.#acks.set(id, settle);
        this.#send({ type: PacketType.EVENT, id, data });
      }),
    };
  }

  /** Calls the listener with the name and the data of every event of the server. */
  onAny(listener) {
    this.on("*", listener);
  }

  #open() {
    const engine = (this.#engine = new Engine(this.#url));
    let isOpen = false;
    let failure = new Error("timeout");
    const isCurrent = () => this.#engine === engine;
    this.#timer = setTimeout(() => engine.close(), CONNECT_TIMEOUT_MILLISECONDS);
    engine.on("open", () => {
      isOpen = true;
      this.#attempts = 0;
      clearTimeout(this.#timer);
      this.#auth((data) => isCurrent() && this.#send({ type: PacketType.CONNECT, data }));
    });
    engine.on("data", (data) => {
      let packet;
      try {
        packet = decode(data);
      } catch {
        return engine.close();
      }
      // A listener that throws is no reason to lose what came with the same answer.
      queueMicrotask(() => isCurrent() && this.#received(packet));
    });
    engine.on("error", (error) => { failure = error; });
    engine.on("close", (reason) => {
      if (!isCurrent()) return;
      this.#engine = null;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#open(), this.#delay());
      if (isOpen) this.#ended(reason);
      else this.emitReserved("connect_error", failure);
    });
  }

  #delay() {
    const delay = Math.min(LONGEST_RECONNECT_MILLISECONDS, FIRST_RECONNECT_MILLISECONDS * 2 ** this.#attempts);
    this.#attempts += 1;
    return delay * (0.5 + Math.random());
  }

  #received({ type, nsp, id, data } = {}) {
    if (nsp !== this.#url.pathname) return;
    if (type === PacketType.CONNECT) {
      this.connected = true;
      this.emitReserved("connect");
    } else if (type === PacketType.EVENT) this.emitReserved("*", ...data);
    else if (type === PacketType.ACK) this.#acks.get(id)?.(data);
    else if (type === PacketType.DISCONNECT) this.#stop("io server disconnect");
    else if (type === PacketType.CONNECT_ERROR) {
      this.#stop();
      this.emitReserved("connect_error", Object.assign(new Error(data.message), { data: data.data }));
    }
  }

  #send(packet) {
    // A laptop that slept finds out here that nobody listens any more; the close rejects what waits for an answer.
    if (!this.#engine?.hasExpired()) this.#engine?.write(encode({ nsp: this.#url.pathname, ...packet }));
  }

  /** Ends the connection for good. */
  #stop(reason) {
    const engine = this.#engine;
    this.active = false;
    this.#engine = null;
    clearTimeout(this.#timer);
    engine?.close();
    if (this.connected) this.#ended(reason);
  }

  #ended(reason) {
    this.connected = false;
    this.emitReserved("disconnect", reason);
    for (const settle of [...this.#acks.values()]) settle();
  }
}
