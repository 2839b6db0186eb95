/** Where the agent writes. */

import { MAX_TEXT_LENGTH, textLength } from "../../shared/text.js";
import { TypingSender } from "../../shared/typing.js";
import { composerState } from "../state/composer-state.js";
import { setText } from "./elements.js";

/** From this length on the composer says how much room is left. */
const LIMIT_SHOWN_FROM = MAX_TEXT_LENGTH - 500;

export class ComposerView {
  #state;
  #drafts;
  #form = document.getElementById("composer");
  #text = document.getElementById("composer-text");
  #notice = document.getElementById("composer-notice");
  #limit = document.getElementById("composer-limit");
  #send = document.getElementById("send");
  #shownId = null;
  #typing = null;
  #say;
  #tellTyping;

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {object} options
   * @param {import("../state/drafts.js").Drafts} options.drafts
   * @param {(chatId: string, text: string) => void} options.say
   * @param {(chatId: string, isTyping: boolean) => void} options.tellTyping
   */
  constructor(state, { drafts, say, tellTyping }) {
    this.#state = state;
    this.#drafts = drafts;
    this.#say = say;
    this.#tellTyping = tellTyping;
    this.#text.addEventListener("input", () => this.#onInput());
    this.#text.addEventListener("keydown", (event) => this.#onKey(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  focus() {
    if (!this.#text.disabled) this.#text.focus();
  }

  render() {
    const deskChat = this.#state.selected;
    if (!deskChat) return;
    if (this.#shownId !== deskChat.id) this.#show(deskChat.id);
    const { canWrite, reason } = composerState(deskChat);
    if (!canWrite) this.#typing?.stop();
    this.#text.disabled = !canWrite;
    this.#notice.hidden = canWrite;
    setText(this.#notice, reason);
    this.#showLimit();
  }

  #show(chatId) {
    this.#typing?.stop();
    this.#shownId = chatId;
    this.#typing = new TypingSender((isTyping) => this.#tellTyping(chatId, isTyping));
    this.#text.value = this.#drafts.get(chatId);
    this.#fitHeight();
  }

  #onInput() {
    this.#drafts.set(this.#shownId, this.#text.value);
    if (this.#text.value.trim()) this.#typing.keyPressed();
    else this.#typing.stop();
    this.#fitHeight();
    this.#showLimit();
  }

  #onKey(event) {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#text.value.trim();
    if (this.#text.disabled || !text || textLength(text) > MAX_TEXT_LENGTH) return;
    this.#text.value = "";
    this.#drafts.set(this.#shownId, "");
    this.#typing.stop();
    this.#say(this.#shownId, text);
    this.#fitHeight();
    this.#showLimit();
    this.#text.focus();
  }

  #showLimit() {
    const length = textLength(this.#text.value);
    this.#send.disabled = this.#text.disabled || length === 0 || length > MAX_TEXT_LENGTH;
    const isTooLong = length > MAX_TEXT_LENGTH;
    this.#limit.classList.toggle("exceeded", isTooLong);
    setText(this.#limit, isTooLong
      ? `${length - MAX_TEXT_LENGTH} characters too long: a message has at most ${MAX_TEXT_LENGTH}.`
      : length >= LIMIT_SHOWN_FROM ? `${MAX_TEXT_LENGTH - length} characters left` : "");
  }

  #fitHeight() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}
