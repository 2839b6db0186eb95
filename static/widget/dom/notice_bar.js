/** The line above the composer: what matters most just now, and what can be done about it. */

import { element, setText } from "./elements.js";

export class NoticeBar {
  #t;
  #text = element("span");
  #button;
  #offers = null;

  /** @param {{t: Function, actions: Record<string, () => void>}} context  what is done for each thing that a notice offers */
  constructor({ t, actions }) {
    this.#t = t;
    this.#button = element("button", { type: "button", class: "text-button", onclick: () => actions[this.#offers]() });
    this.node = element("div", { class: "notice", role: "status" }, this.#text, this.#button);
  }

  /** @param {{kind: string, keys: string[], values?: object, offers?: string|null}|null} shown  as the view model's `notice` */
  show(shown) {
    const { kind = "", keys = [], values, offers = null } = shown ?? {};
    const text = keys.map((key) => this.#t(key, values)).join(" ");
    this.node.hidden = !text && !offers;
    this.node.dataset.kind = kind;
    this.#offers = offers;
    setText(this.#text, text);
    this.#text.hidden = !text;
    setText(this.#button, offers ? this.#t(offers) : "");
    this.#button.hidden = !offers;
  }
}
