/** What is offered once a conversation is resolved or closed: a rating, the transcript, another chat. */

import { endKey } from "../view_model.js";
import { element, setText } from "./elements.js";
import { Rating } from "./rating.js";

export class Ending {
  #t;
  #text;
  #rating;
  #startNew;
  #ticket;

  /** @param {{t: Function, helpdesk: import("../../sdk/helpdesk.js").Helpdesk, open: (sheet: string) => void, onStartNew: () => void}} context */
  constructor({ t, helpdesk, open, onStartNew }) {
    this.#t = t;
    this.#text = element("p", { role: "status" });
    this.#rating = new Rating({ t, onRate: (score, comment) => helpdesk.rateChat(score, comment) });
    this.#startNew = element("button", { type: "button", class: "primary", onclick: onStartNew }, t("new-chat"));
    const [ticket, transcript] = ["ticket", "transcript"].map((sheet) => element("button", { type: "button", class: "text-button", onclick: () => open(sheet) }, t(sheet)));
    this.#ticket = ticket;
    this.node = element("div", { class: "ended", hidden: true }, this.#text, this.#rating.node, this.#startNew, ticket, transcript);
  }

  focus() {
    this.#startNew.focus();
  }

  show(chat, isShown) {
    const key = endKey(chat);
    this.node.hidden = !key || !isShown;
    setText(this.#text, key ? this.#t(key) : "");
    this.#startNew.hidden = key === "resolved";
    this.#ticket.hidden = key !== "closed-queue-timeout";
    this.#rating.show(chat?.rating ?? null);
  }
}
