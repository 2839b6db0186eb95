/** Where the visitor writes: Enter sends, Shift+Enter begins a new line. */

import { ACCEPTED_FILES } from "../../shared/media.js";
import { MAX_TEXT_LENGTH, textLength } from "../../shared/text.js";
import { element, iconButton, setText } from "./elements.js";

export class Composer {
  #t;
  #onSend;
  #onKey;
  #input;
  #button;
  #hint;
  #number;

  /** @param {{t: Function, language: string, onSend: (text: string) => void, onFiles: (files: File[]) => void, onKey: () => void}} context */
  constructor({ t, language, onSend, onFiles, onKey }) {
    this.#t = t;
    this.#onSend = onSend;
    this.#onKey = onKey;
    this.#number = new Intl.NumberFormat(language);
    this.#hint = element("p", { class: "hint", id: "hint", role: "status" });
    this.#input = element("textarea", {
      rows: "1", dir: "auto", placeholder: t("compose"), "aria-label": t("compose"), "aria-describedby": "hint",
      enterkeyhint: "send", oninput: () => this.#typed(), onkeydown: (event) => this.#pressed(event),
    });
    const chooser = element("input", {
      type: "file", accept: ACCEPTED_FILES, multiple: true, hidden: true, "aria-label": t("attach"),
      onchange: () => {
        onFiles([...chooser.files]);
        chooser.value = "";
      },
    });
    this.#input.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      onFiles([...event.clipboardData.files]);
    });
    this.#button = iconButton("send", t("send"), { type: "submit", class: "send" });
    this.node = element("form", { class: "composer", onsubmit: (event) => this.#submit(event) },
      element("div", { class: "field" }, iconButton("attach", t("attach"), { class: "attach", onclick: () => chooser.click() }), chooser, this.#input, this.#button), this.#hint);
    this.#check();
  }

  focus() {
    this.#input.focus();
  }

  /** Makes the field as high as its text; its height can only be measured while it is on the screen. */
  fit() {
    this.#input.style.height = "auto";
    if (this.#input.scrollHeight) this.#input.style.height = `${this.#input.scrollHeight}px`;
  }

  /** Puts a text before what is written already. */
  insert(text) {
    this.#input.value = [text, this.#input.value].filter(Boolean).join("\n");
    this.#check();
  }

  #typed() {
    this.#check();
    if (this.#input.value) this.#onKey();
  }

  #pressed(event) {
    // While a word is being composed (Japanese, Chinese, …), Enter ends the word, not the message.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const length = textLength(this.#input.value);
    if (length === 0 || length > MAX_TEXT_LENGTH) return;
    this.#onSend(this.#input.value);
    this.#input.value = "";
    this.#check();
    this.focus();
  }

  #check() {
    const length = textLength(this.#input.value);
    const isTooLong = length > MAX_TEXT_LENGTH;
    this.#button.disabled = length === 0 || isTooLong;
    this.#input.setAttribute("aria-invalid", String(isTooLong));
    setText(this.#hint, isTooLong ? this.#tooLong(length) : "");
    this.fit();
  }

  #tooLong(length) {
    return this.#t("too-long", { count: this.#number.format(length), limit: this.#number.format(MAX_TEXT_LENGTH) });
  }
}
