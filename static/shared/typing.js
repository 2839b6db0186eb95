/** Typing: told at most every three seconds, believed for six (SPEC §5.1, §5.2 `set-status`). */

import { systemClock } from "./clock.js";

export const TYPING_RENEWAL_MILLISECONDS = 3000;
export const TYPING_IDLE_MILLISECONDS = 4000;
export const TYPING_EXPIRY_MILLISECONDS = 6000;

/** The sender's side: tells begin, renews it while keys are pressed, tells the end after a pause. */
export class TypingSender {
  #send;
  #clock;
  #lastSentAt = null;
  #idleTimer = null;

  /**
   * @param {(isTyping: boolean) => void} send
   * @param {import("./clock.js").Clock} [clock]
   */
  constructor(send, clock = systemClock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Call on every input. */
  keyPressed() {
    const now = this.#clock.now();
    if (this.#lastSentAt === null || now - this.#lastSentAt >= TYPING_RENEWAL_MILLISECONDS) {
      this.#lastSentAt = now;
      this.#send(true);
    }
    this.#clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#clock.setTimeout(() => this.stop(), TYPING_IDLE_MILLISECONDS);
  }

  /** Call when the message is sent or the input emptied. */
  stop() {
    if (this.#lastSentAt === null) return;
    this.#clock.clearTimeout(this.#idleTimer);
    this.#lastSentAt = null;
    this.#send(false);
  }
}

/** The receiver's side: who is typing now. A begin that is not renewed ends by itself. */
export class TypingTracker {
  #onChange;
  #clock;
  #typers = new Map();

  /**
   * @param {(names: string[]) => void} onChange  called with the names of those typing, when it changes
   * @param {import("./clock.js").Clock} [clock]
   */
  constructor(onChange, clock = systemClock) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** Names of those typing, in the order they began. */
  get names() {
    return [...this.#typers.values()].map((typer) => typer.name);
  }

  begin(id, name) {
    const typer = this.#typers.get(id);
    this.#clock.clearTimeout(typer?.timer);
    const timer = this.#clock.setTimeout(() => this.end(id), TYPING_EXPIRY_MILLISECONDS);
    this.#typers.set(id, { name, timer });
    if (typer?.name !== name) this.#onChange(this.names);
  }

  /** Also to be called when a message of theirs arrives. */
  end(id) {
    const typer = this.#typers.get(id);
    if (!typer) return;
    this.#clock.clearTimeout(typer.timer);
    this.#typers.delete(id);
    this.#onChange(this.names);
  }

  /** Nobody is typing any more: the conversation or the connection ended. */
  clear() {
    for (const id of [...this.#typers.keys()]) this.end(id);
  }
}
