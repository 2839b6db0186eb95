/** The state of a Socket.IO connection and what to do next about it. No socket in here: the caller tells what happened. */

export const ConnectionState = Object.freeze({
  IDLE: "idle",
  CONNECTING: "connecting",
  ONLINE: "online",
  RECONNECTING: "reconnecting",
  OFFLINE: "offline",
  REFUSED: "refused",
});

/** What the caller does after an event. */
export const NextStep = Object.freeze({
  WAIT: "wait",
  REFRESH_TOKEN: "refresh-token",
  RECONNECT: "reconnect",
  STOP: "stop",
});

const RENEWABLE_TOKEN_ERRORS = new Set(["token_expired", "token_invalid", "token_missing"]);
const FIRST_RECONNECT_MILLISECONDS = 1000;
const LONGEST_RECONNECT_MILLISECONDS = 30_000;

export class Connection {
  state = ConnectionState.IDLE;
  /** Why it was refused; null otherwise. */
  code = null;

  #onChange;
  #wasOnline = false;
  #refreshedSinceOnline = false;
  #attempts = 0;

  /** @param {(state: string, code: string|null) => void} [onChange] */
  constructor(onChange = () => {}) {
    this.#onChange = onChange;
  }

  get isOnline() {
    return this.state === ConnectionState.ONLINE;
  }

  connecting() {
    this.#become(this.#wasOnline ? ConnectionState.RECONNECTING : ConnectionState.CONNECTING);
  }

  connected() {
    this.#wasOnline = true;
    this.#refreshedSinceOnline = false;
    this.#attempts = 0;
    this.#become(ConnectionState.ONLINE);
  }

  /**
   * The socket was closed.
   * @param {string} reason  as socket.io-client names it
   * @returns {string} a NextStep
   */
  disconnected(reason) {
    if (reason === "io client disconnect") {
      this.#become(ConnectionState.IDLE);
      return NextStep.STOP;
    }
    this.#become(ConnectionState.RECONNECTING);
    // socket.io-client does not come back by itself after the server's own disconnect (an ended token, for one).
    return reason === "io server disconnect" ? NextStep.RECONNECT : NextStep.WAIT;
  }

  /**
   * A connect failed. With `data.code` the server refused it (CONNECT_ERROR) and socket.io-client will not try again;
   * without one the server was not reached and it will.
   * @param {{message?: string, data?: {code?: string}}} error
   * @returns {string} a NextStep
   */
  connectFailed(error) {
    const code = error?.data?.code;
    if (!code) {
      this.#become(ConnectionState.OFFLINE);
      return NextStep.WAIT;
    }
    if (RENEWABLE_TOKEN_ERRORS.has(code) && !this.#refreshedSinceOnline) {
      this.#refreshedSinceOnline = true;
      this.connecting();
      return NextStep.REFRESH_TOKEN;
    }
    this.refuse(code);
    return NextStep.STOP;
  }

  /** Nothing more can be done without the user. */
  refuse(code) {
    this.#become(ConnectionState.REFUSED, code);
  }

  /** The browser lost its network. */
  networkLost() {
    if (this.state !== ConnectionState.IDLE && this.state !== ConnectionState.REFUSED) this.#become(ConnectionState.OFFLINE);
  }

  /** Milliseconds to wait before the next own attempt: doubling, capped, with full jitter against reconnect storms. */
  reconnectDelay(random = Math.random) {
    const ceiling = Math.min(LONGEST_RECONNECT_MILLISECONDS, FIRST_RECONNECT_MILLISECONDS * 2 ** this.#attempts);
    this.#attempts += 1;
    return FIRST_RECONNECT_MILLISECONDS / 2 + random() * ceiling;
  }

  #become(state, code = null) {
    if (state === this.state && code === this.code) return;
    this.state = state;
    this.code = code;
    this.#onChange(state, code);
  }
}
