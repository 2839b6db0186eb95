/** One row of the log: a day, a line of the conversation itself, or a bubble. */

import { initials, segments } from "../../shared/text.js";
import { element, setText } from "./elements.js";

export function createRow(row, context) {
  if (row.kind === "day") return new LineView("day", row.label);
  if (row.kind === "system") return new LineView("system", row.text);
  return new MessageView(row, context);
}

class LineView {
  constructor(kind, text) {
    this.node = element("div", { class: kind, role: kind === "day" ? "separator" : null, "aria-label": kind === "day" ? text : null });
    this.#text = element("span", {}, text);
    this.node.append(this.#text);
  }

  #text;

  update(row) {
    setText(this.#text, row.label ?? row.text);
  }
}

class MessageView {
  #row = {};
  #context;
  #author;
  #bubble;
  #time;
  #receipt;
  #actions;
  #avatar;

  /** @param {{t: Function, onRetry: (id: string) => void, onDiscard: (id: string) => void}} context */
  constructor(row, context) {
    const { t } = context;
    this.#context = context;
    this.#author = element("span", { class: "author" });
    this.#time = element("time", { datetime: row.sentAt });
    this.#bubble = element("div", { class: "bubble", dir: "auto" });
    this.#receipt = element("span", { class: "receipt" });
    this.#avatar = element("span", { class: "avatar", "aria-hidden": "true" });
    this.#actions = element("span", { class: "actions", hidden: true },
      element("button", { type: "button", class: "text-button", onclick: () => context.onRetry(this.#row.clientMessageId) }, t("try-again")),
      element("button", { type: "button", class: "text-button", onclick: () => context.onDiscard(this.#row.clientMessageId) }, t("discard")));
    this.node = element("div", { class: "message" },
      this.#avatar,
      element("div", { class: "content" },
        element("div", { class: "byline" }, this.#author, this.#time),
        this.#bubble,
        element("div", { class: "below" }, this.#receipt, this.#actions)));
    this.update(row);
  }

  update(row) {
    const { t } = this.#context;
    const { classList } = this.node;
    classList.toggle("own", row.isOwn);
    classList.toggle("first", row.isFirstOfGroup);
    classList.toggle("last", row.isLastOfGroup);
    classList.toggle("failed", row.receipt === "failed");
    classList.toggle("pending", row.receipt === "sending" || row.receipt === "waiting-to-send");
    setText(this.#author, row.isOwn ? t("you") : row.author || t("team"));
    setText(this.#time, row.time);
    setText(this.#avatar, row.isOwn ? "" : initials(row.author));
    if (row.text !== this.#row.text) this.#bubble.replaceChildren(...segments(row.text).map((piece) => this.#piece(piece)));
    setText(this.#receipt, row.showsReceipt ? t(row.receipt === "failed" ? "not-sent" : row.receipt, { reason: row.error }) : "");
    this.#actions.hidden = row.receipt !== "failed";
    this.#row = row;
  }

  #piece({ text, href }) {
    if (!href) return document.createTextNode(text);
    return element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
  }
}
