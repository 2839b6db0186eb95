/** Where the agent writes: to the customer, or a note for the team. */

import { MAX_TEXT_LENGTH, textLength } from "../../shared/text.js";
import { TypingSender } from "../../shared/typing.js";
import { composerState } from "../state/composer-state.js";
import { setAttribute, setText } from "./elements.js";

/** From this length on the composer says how much room is left. */
const LIMIT_SHOWN_FROM = MAX_TEXT_LENGTH - 500;

const REPLY = "reply";
const NOTE = "note";

export class ComposerView {
  #state;
  #drafts;
  #form = document.getElementById("composer");
  #text = document.getElementById("composer-text");
  #label = document.getElementById("composer-label");
  #notice = document.getElementById("composer-notice");
  #limit = document.getElementById("composer-limit");
  #send = document.getElementById("send");
  #attach = document.getElementById("attach");
  #shownId = null;
  /** What is being written in each chat: a reply unless a note was chosen, and then a note until it is chosen no more. */
  #modes = new Map();
  #typing = null;
  #say;
  #note;
  #tellTyping;
  #onEdit;

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {object} options
   * @param {import("../state/drafts.js").Drafts} options.drafts
   * @param {(chatId: string, text: string) => void} options.say
   * @param {(chatId: string, text: string) => void} options.note
   * @param {(chatId: string, isTyping: boolean) => void} options.tellTyping
   * @param {(chatId: string) => void} options.onEdit  the agent writes a reply, or has sent it
   */
  constructor(state, { drafts, say, note, tellTyping, onEdit }) {
    this.#state = state;
    this.#drafts = drafts;
    this.#say = say;
    this.#note = note;
    this.#tellTyping = tellTyping;
    this.#onEdit = onEdit;
    this.#text.addEventListener("input", () => this.#onInput());
    this.#text.addEventListener("keydown", (event) => this.#onKey(event));
    this.#form.addEventListener("change", ({ target }) => {
      if (target.name === "composer-mode") this.#choose(target.value);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  get isNote() {
    return this.#modes.get(this.#shownId) === NOTE;
  }

  /** The reply that was begun in a chat. */
  draftOf(chatId) {
    return this.#drafts.get(chatId);
  }

  /** Puts a text in place of the reply that was begun in a chat, shown or not. */
  write(chatId, text) {
    this.#drafts.set(chatId, text);
    if (this.#shownId !== chatId || this.isNote) return;
    this.#text.value = text;
    this.#fitHeight();
    this.#text.scrollTop = this.#text.scrollHeight;
    this.#showLimit();
  }

  focus() {
    if (!this.#text.disabled) this.#text.focus();
  }

  /** From a reply to a note and back. */
  switchMode() {
    if (!this.#shownId || !this.#state.selected) return;
    this.#choose(this.isNote ? REPLY : NOTE);
    this.focus();
  }

  render() {
    const deskChat = this.#state.selected;
    if (!deskChat) return;
    if (this.#shownId !== deskChat.id) this.#show(deskChat.id);
    const { canWrite, reason } = composerState(deskChat);
    const isEnabled = deskChat.chat !== null && (canWrite || this.isNote);
    if (!canWrite) this.#typing?.stop();
    this.#text.disabled = !isEnabled;
    this.#attach.disabled = !canWrite || this.isNote;
    this.#notice.hidden = isEnabled;
    setText(this.#notice, reason);
    this.#showLimit();
  }

  #show(chatId) {
    this.#typing?.stop();
    this.#shownId = chatId;
    this.#typing = new TypingSender((isTyping) => this.#tellTyping(chatId, isTyping));
    this.#showMode();
  }

  #choose(mode) {
    // What was begun as a reply may become a note; what was begun as a note never becomes a reply by a switch.
    const begun = this.#text.value;
    if (mode === NOTE && begun && !this.#drafts.get(this.#draftKey(NOTE))) {
      this.#drafts.set(this.#draftKey(NOTE), begun);
      this.#drafts.set(this.#draftKey(REPLY), "");
    }
    this.#typing.stop();
    this.#modes.set(this.#shownId, mode);
    this.#showMode();
    this.render();
    this.focus();
  }

  #showMode() {
    const mode = this.isNote ? NOTE : REPLY;
    setAttribute(this.#form, "data-mode", mode);
    this.#form.elements["composer-mode"].value = mode;
    const words = this.#form.dataset;
    setText(this.#label, this.isNote ? words.noteLabel : words.replyLabel);
    this.#text.placeholder = this.isNote ? words.notePlaceholder : words.replyPlaceholder;
    setAttribute(this.#send, "aria-label", this.isNote ? words.addNote : words.send);
    this.#text.value = this.#drafts.get(this.#draftKey(mode));
    this.#fitHeight();
  }

  #draftKey(mode) {
    return mode === NOTE ? `${this.#shownId}:note` : this.#shownId;
  }

  #onInput() {
    if (!this.isNote) this.#onEdit(this.#shownId);
    this.#drafts.set(this.#draftKey(this.isNote ? NOTE : REPLY), this.#text.value);
    if (this.#text.value.trim() && !this.isNote) this.#typing.keyPressed();
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
    this.#drafts.set(this.#draftKey(this.isNote ? NOTE : REPLY), "");
    this.#typing.stop();
    if (!this.isNote) this.#onEdit(this.#shownId);
    (this.isNote ? this.#note : this.#say)(this.#shownId, text);
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
