/** The desk's Socket.IO connection: namespace `/chat`, a fresh token for every connect, always coming back. */

import { io } from "../../vendor/socket.io-client/socket.io.esm.min.js";
import { NextStep } from "../../shared/connection.js";
import { SignedOutError } from "./tokens.js";

const ACK_TIMEOUT_MILLISECONDS = 15_000;
const LONGEST_RECONNECT_MILLISECONDS = 15_000;

/** The server refused a command, or did not answer it; `message` is for people to read. */
export class CommandError extends Error {
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

export class DeskSocket {
  #socket;
  #tokens;
  #connection;
  #timer = null;

  /**
   * @param {object} options
   * @param {string} options.url  the namespace's
   * @param {import("./tokens.js").SessionTokens} options.tokens
   * @param {import("../../shared/connection.js").Connection} options.connection  told what happens
   * @param {() => void} options.onConnect
   * @param {() => void} options.onDisconnect
   */
  constructor({ url, tokens, connection, onConnect, onDisconnect }) {
    this.#tokens = tokens;
    this.#connection = connection;
    this.#socket = io(url, {
      autoConnect: false,
      reconnectionDelayMax: LONGEST_RECONNECT_MILLISECONDS,
      auth: (answer) => this.#authenticate(answer),
    });
    this.#socket.on("connect", () => {
      connection.connected();
      onConnect();
    });
    this.#socket.on("disconnect", (reason) => {
      onDisconnect();
      this.#continue(connection.disconnected(reason));
    });
    this.#socket.on("connect_error", (error) => this.#continue(connection.connectFailed(error)));
    this.#socket.on("token-expiring", () => this.#renewToken());
  }

  on(event, listener) {
    this.#socket.on(event, listener);
  }

  connect() {
    this.#connection.connecting();
    this.#socket.connect();
  }

  /** Tries at once instead of when the pause between two attempts is over; to be called when the network is back. */
  reconnectNow() {
    if (this.#connection.isOnline) return;
    this.#socket.disconnect();
    this.connect();
  }

  /**
   * Sends a command and resolves with its ack.
   * Rejects with CommandError when it is refused or no answer comes; nothing is kept to be sent later.
   */
  async command(name, data) {
    const ack = await this.send(name, data);
    if (!ack.ok) throw new CommandError(ack.error);
    return ack;
  }

  /** Sends and resolves with the ack, whatever it says; rejects with CommandError when none comes. */
  async send(name, data) {
    if (!this.#socket.connected) throw new CommandError({ code: "offline", message: "There is no connection." });
    try {
      return await this.#socket.timeout(ACK_TIMEOUT_MILLISECONDS).emitWithAck(name, data);
    } catch {
      throw new CommandError({ code: "timeout", message: "The server did not answer. Try again." });
    }
  }

  /** Tells something that is worth nothing later: typing. Lost without a connection. */
  hint(name, data) {
    this.#socket.volatile.emit(name, data);
  }

  async #authenticate(answer) {
    try {
      // Always a new one, so that a session that has ended is noticed here and not when its last token ends.
      answer({ token: await this.#tokens.renew() });
    } catch (error) {
      if (error instanceof SignedOutError) this.#signedOut();
      // Closing makes socket.io-client try again later; without an answer it would wait for ever.
      else this.#socket.io.engine?.close();
    }
  }

  async #renewToken() {
    try {
      await this.command("refresh-token", { token: await this.#tokens.renew() });
    } catch (error) {
      // Any other failure shows when the server ends the connection, and is mended by the reconnect.
      if (error instanceof SignedOutError) this.#signedOut();
    }
  }

  #signedOut() {
    this.#socket.disconnect();
    this.#connection.refuse("signed_out");
  }

  #continue(step) {
    if (step === NextStep.REFRESH_TOKEN) {
      this.#socket.connect();
    } else if (step === NextStep.RECONNECT || (step === NextStep.WAIT && !this.#socket.active)) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.connect(), this.#connection.reconnectDelay());
    }
  }
}
