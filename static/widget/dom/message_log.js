/** The scrolling log: rows by key, kept at the end unless the visitor looks further up, older ones on the way up. */

import { element, icon, setText } from "./elements.js";
import { createRow } from "./message_view.js";

const NEAR_END_PIXELS = 60;
const NEAR_START_PIXELS = 120;

export class MessageLog {
  #context;
  #views = new Map();
  #rows;
  #older;
  #typing;
  #typingText;
  #jump;
  #loadingOlder = false;
  #wasAtEnd = true;

  /** @param {object} context  t, language, onRetry, onDiscard, onSeen(), loadOlder(): Promise<boolean>, hasOlder(): boolean */
  constructor(context) {
    const { t } = context;
    this.#context = context;
    this.#rows = element("div", { class: "rows", role: "log", "aria-live": "off", "aria-relevant": "additions", "aria-label": t("conversation") });
    this.#older = element("p", { class: "older", role: "status" });
    this.#typingText = element("span", { class: "hidden-text" });
    this.#typing = element("div", { class: "typing", hidden: true }, this.#typingText,
      element("i", { "aria-hidden": "true" }), element("i", { "aria-hidden": "true" }), element("i", { "aria-hidden": "true" }));
    this.#jump = element("button", { type: "button", class: "jump", hidden: true, onclick: () => this.scrollToEnd() }, icon("down"), t("new-messages"));
    this.scroller = element("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": t("conversation"), onscroll: () => this.#scrolled() },
      this.#older, this.#rows, this.#typing);
    this.node = element("div", { class: "log" }, this.scroller, this.#jump);
    // Pictures take their room when they are there, and forms below take some away.
    const staying = new ResizeObserver(() => this.#wasAtEnd && this.scrollToEnd());
    staying.observe(this.scroller);
    staying.observe(this.#rows);
  }

  /** Whether the last message is in sight. */
  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PIXELS;
  }

  /** @param {object[]} rows  as `logRows` has them; @param {string} typing  who is writing, or "" */
  show(rows, typing) {
    const wasAtEnd = this.#wasAtEnd;
    const lastKey = [...this.#views.keys()].at(-1);
    this.#place(rows);
    this.#showTyping(typing);
    const last = rows.at(-1);
    const hasNew = last !== undefined && last.key !== lastKey;
    if (wasAtEnd || (hasNew && last.isOwn)) this.scrollToEnd();
    else if (hasNew && !this.#loadingOlder) this.#jump.hidden = false;
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#wasAtEnd = true;
    this.#jump.hidden = true;
  }

  // Rows of the past are not read out: only what comes while the log is in sight.
  announceNew(isOn) {
    this.#rows.setAttribute("aria-live", isOn ? "polite" : "off");
  }

  #place(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, view] of this.#views) if (!keys.has(key)) view.node.remove();
    const before = this.#views;
    this.#views = new Map();
    let next = this.#rows.firstChild;
    for (const row of rows) {
      const view = before.get(row.key) ?? createRow(row, this.#context);
      if (before.has(row.key)) view.update(row);
      this.#views.set(row.key, view);
      if (view.node === next) next = next.nextSibling;
      // What grows is not read out word by word; the whole message is, once it is a row of the log.
      else if (row.isStreamed) this.#typing.before(view.node);
      else this.#rows.insertBefore(view.node, next);
    }
  }

  #showTyping(text) {
    this.#typing.hidden = !text;
    setText(this.#typingText, text);
  }

  #scrolled() {
    this.#wasAtEnd = this.isAtEnd;
    if (this.#wasAtEnd) {
      this.#jump.hidden = true;
      this.#context.onSeen();
    }
    if (this.scroller.scrollTop < NEAR_START_PIXELS) this.#loadOlder();
  }

  async #loadOlder() {
    if (this.#loadingOlder || !this.#context.hasOlder()) return;
    this.#loadingOlder = true;
    setText(this.#older, this.#context.t("older-loading"));
    this.announceNew(false);
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
    try {
      await this.#context.loadOlder();
      setText(this.#older, "");
    } catch {
      setText(this.#older, this.#context.t("older-failed"));
    }
    // What the visitor was looking at stays where it was.
    this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
    this.announceNew(true);
    this.#loadingOlder = false;
  }
}
