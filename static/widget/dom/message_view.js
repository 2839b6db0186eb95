/** One row of the log: a day, a line of the conversation itself, or a bubble. */

import { initials, segments } from "../../shared/text.js";
import { element, setText } from "./elements.js";
import { createMedia } from "./media_view.js";

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
  #media = null;
  #mark;
  #time;
  #receipt;
  #actions;
  #avatar;
  #text = null;

  /** @param {{t: Function, language: string, onRetry: (id: string) => void, onDiscard: (id: string) => void, onStale: (seq: number) => void}} context */
  constructor(row, context) {
    const { t } = context;
    this.#context = context;
    this.#author = element("span", { class: "author" });
    this.#time = element("time", { datetime: row.sentAt });
    this.#bubble = element("div", { class: "bubble", dir: "auto" });
    this.#receipt = element("span", { class: "receipt" });
    this.#mark = element("span");
    this.#avatar = element("span", { class: "avatar", "aria-hidden": "true" });
    this.#actions = element("span", { class: "actions", hidden: true },
      element("button", { type: "button", class: "text-button", onclick: () => context.onRetry(this.#row.clientMessageId) }, t("try-again")),
      element("button", { type: "button", class: "text-button", onclick: () => context.onDiscard(this.#row.clientMessageId) }, t("discard")));
    this.node = element("div", { class: "message" },
      this.#avatar,
      element("div", { class: "content" },
        element("div", { class: "byline" }, this.#author, this.#time),
        this.#bubble,
        element("div", { class: "below" }, this.#mark, this.#receipt, this.#actions)));
    this.update(row);
  }

  update(row) {
    const { t } = this.#context;
    const { classList } = this.node;
    classList.toggle("own", row.isOwn);
    classList.toggle("first", row.isFirstOfGroup);
    classList.toggle("last", row.isLastOfGroup);
    classList.toggle("failed", row.receipt === "failed");
    classList.toggle("pending", ["sending", "waiting-to-send", "uploading"].includes(row.receipt));
    classList.toggle("deleted", row.mark === "deleted");
    setText(this.#author, row.isOwn ? t("you") : row.isAssistant ? t("assistant", { name: row.author }) : row.author || t("team"));
    setText(this.#time, row.time);
    setText(this.#avatar, row.isOwn ? "" : initials(row.author));
    const text = row.mark === "deleted" ? t("deleted") : row.text;
    if (text !== this.#text) this.#bubble.replaceChildren(...segments(text).map((piece) => this.#piece(piece)));
    this.#text = text;
    this.#bubble.hidden = !text;
    this.#showMedia(row);
    setText(this.#mark, row.mark === "edited" ? t("edited") : "");
    setText(this.#receipt, this.#receiptText(row));
    this.#actions.hidden = row.receipt !== "failed";
    this.#actions.firstChild.hidden = Boolean(row.isFinal);
    this.#row = row;
  }

  #receiptText({ receipt, showsReceipt, error, progress }) {
    const { t, language } = this.#context;
    if (!showsReceipt) return "";
    if (receipt === "failed") return t("not-sent", { reason: t(error?.code?.startsWith("file-") ? error.code : (error?.message ?? "")) });
    return t(receipt, { percent: new Intl.NumberFormat(language, { style: "percent" }).format(progress ?? 0) });
  }

  #showMedia({ media }) {
    if (this.#media?.id === media?._id) {
      // An address is good for a while only. What is loaded stays; what failed is loaded from the fresh one.
      if (media && this.#media.url !== media.url) this.#media.renew(media);
      return;
    }
    this.#media?.node.remove();
    this.#media = media ? createMedia(media, this.#context.t, () => this.#context.onStale(this.#row.seq)) : null;
    if (media) this.#bubble.before(this.#media.node);
  }

  #piece({ text, href }) {
    if (!href) return document.createTextNode(text);
    return element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
  }
}
