/** Whether the desk is connected: a word in the header always, a banner when something is wrong. */

import { ConnectionState } from "../../shared/connection.js";
import { part, setAttribute, setText } from "./elements.js";

/** How long the banner says that the connection is back. */
const BACK_MILLISECONDS = 4000;

const WORDS = {
  [ConnectionState.IDLE]: "Connecting…",
  [ConnectionState.CONNECTING]: "Connecting…",
  [ConnectionState.ONLINE]: "Connected",
  [ConnectionState.RECONNECTING]: "Reconnecting…",
  [ConnectionState.OFFLINE]: "Offline",
  [ConnectionState.REFUSED]: "Signed out",
};

const LOST = "Connection lost. What you write is kept and sent once when it is back.";
const NOT_REACHED = "The server cannot be reached. Trying again…";
const SIGNED_OUT = "Your session has ended. What you have written is kept in this browser.";
const REFUSED = "This account cannot use the desk.";

export class ConnectionView {
  #state;
  #word = document.getElementById("connection");
  #banner = document.getElementById("banner");
  #wasOnline = false;
  #isLost = false;
  #backTimer = null;

  /** @param {import("../state/desk-state.js").DeskState} state */
  constructor(state) {
    this.#state = state;
  }

  render() {
    const { state, code } = this.#state.connection;
    setText(this.#word, WORDS[state]);
    setAttribute(this.#word, "data-state", state);
    document.body.classList.toggle("disconnected", this.#wasOnline && state !== ConnectionState.ONLINE);
    if (state === ConnectionState.ONLINE) return this.#online();
    if (state === ConnectionState.REFUSED) return this.#show(code === "forbidden" ? REFUSED : SIGNED_OUT, "error");
    if (this.#wasOnline) return this.#show(LOST, "warning");
    if (state === ConnectionState.OFFLINE) this.#show(NOT_REACHED, "warning");
  }

  #online() {
    this.#wasOnline = true;
    if (!this.#isLost) return;
    this.#show("Connected again.", "good");
    this.#isLost = false;
    this.#backTimer = setTimeout(() => {
      this.#banner.hidden = true;
    }, BACK_MILLISECONDS);
  }

  #show(text, kind) {
    clearTimeout(this.#backTimer);
    this.#isLost = kind !== "good";
    this.#banner.hidden = false;
    setAttribute(this.#banner, "data-kind", kind);
    setText(part(this.#banner, "text"), text);
    part(this.#banner, "sign-in").hidden = kind !== "error";
  }
}
