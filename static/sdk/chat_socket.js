/** The Socket.IO connection to the namespace `/chat`: connects, reconnects, renews its token, asks and is told. */

import { io } from "socket.io-client";

import { Connection, ConnectionState, NextStep } from "../shared/connection.js";
import { SessionLost } from "./session.js";

const ACK_TIMEOUT_MILLISECONDS = 10_000;

export class ChatSocket {
  #socket;
  #connection;
  #session;
  #listeners;
  #reconnectTimer = null;
  #usedToken = null;

  /**
   * @param {string} origin
   * @param {import("./session.js").Session} session
   * @param {object} listeners  onConnect(), onEvent(name, data), onStateChange(state, code), onSessionLost(error)
   */
  constructor(origin, session, listeners) {
    this.#session = session;
    this.#listeners = listeners;
    this.#connection = new Connection(listeners.onStateChange);
    this.#socket = io(`${origin}/chat`, {
      autoConnect: false,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      // A function, so that a reconnect takes the token of that moment, which another tab may have renewed.
      auth: (answer) => answer({ token: (this.#usedToken = this.#session.value?.access ?? "") }),
    });
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", (reason) => this.#take(this.#connection.disconnected(reason)));
    this.#socket.on("connect_error", (error) => this.#take(this.#connection.connectFailed(error)));
    this.#socket.onAny((event, data) => {
      if (event === "token-expiring") this.#renewToken();
      else this.#listeners.onEvent(event, data);
    });
  }

  get state() {
    return this.#connection.state;
  }

  get code() {
    return this.#connection.code;
  }

  get isOnline() {
    return this.#connection.isOnline && this.#socket.connected;
  }

  connect() {
    clearTimeout(this.#reconnectTimer);
    if (this.#socket.connected || this.#socket.active) return;
    this.#connection.connecting();
    this.#socket.connect();
  }

  disconnect() {
    clearTimeout(this.#reconnectTimer);
    this.#socket.disconnect();
    this.#connection.disconnected("io client disconnect");
  }

  /** Tries at once instead of after the wait: the network is back, or somebody looks again. */
  hurry() {
    const isWaiting = [ConnectionState.OFFLINE, ConnectionState.RECONNECTING].includes(this.state);
    if (!isWaiting || this.#socket.connected) return;
    this.#socket.disconnect();
    this.connect();
  }

  networkLost() {
    this.#connection.networkLost();
  }

  /** Not even a token could be had: as if the connect had failed, but with nobody to try again. */
  unreachable(retry) {
    this.#connection.connecting();
    this.#connection.networkLost();
    this.#later(retry);
  }

  /** Emits and resolves with the server's ack; rejects when the connection is down or no answer comes in time. */
  request(event, data) {
    // socket.io-client would keep the packet and send it before the room is joined again.
    if (!this.isOnline) return Promise.reject(new Error("not connected"));
    return this.#socket.timeout(ACK_TIMEOUT_MILLISECONDS).emitWithAck(event, data);
  }

  /** Emits something that is worth nothing later; dropped while the connection is down. */
  tell(event, data) {
    if (this.isOnline) this.#socket.emit(event, data);
  }

  #connected() {
    this.#connection.connected();
    this.#listeners.onConnect();
  }

  #take(step) {
    if (step === NextStep.RECONNECT) this.#later(() => this.connect());
    if (step === NextStep.REFRESH_TOKEN) this.#renewAndConnect();
  }

  async #renewAndConnect() {
    try {
      await this.#session.renew(this.#usedToken);
      this.#socket.connect();
    } catch (error) {
      if (error instanceof SessionLost) {
        this.#connection.refuse("token_expired");
        this.#listeners.onSessionLost(error);
      } else {
        this.unreachable(() => this.#renewAndConnect());
      }
    }
  }

  /** A new token for the connection as it is; where none is to be had, the connect after its end will say so. */
  async #renewToken() {
    const token = await this.#session.renew(this.#usedToken).catch(() => null);
    if (token) this.tell("refresh-token", { token: (this.#usedToken = token) });
  }

  #later(task) {
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = setTimeout(task, this.#connection.reconnectDelay());
  }
}
