/** Five stars, a word about them, and thanks. */

import { element, setText } from "./elements.js";

export class Rating {
  #t;
  #stars;
  #comment;
  #button;
  #status;

  /** @param {{t: Function, onRate: (score: number, comment: string) => Promise<any>}} context */
  constructor({ t, onRate }) {
    this.#t = t;
    this.#stars = [1, 2, 3, 4, 5].map((score) => element("input", { type: "radio", name: "score", value: score, required: true, "aria-label": t("stars", { count: score }), onchange: () => this.#chosen() }));
    this.#comment = element("textarea", { name: "comment", rows: "2", maxlength: "2000", placeholder: t("rating-comment"), "aria-label": t("rating-comment"), hidden: true });
    this.#button = element("button", { type: "submit", class: "primary", hidden: true }, t("rate"));
    this.#status = element("p", { role: "status" });
    this.node = element("form", { class: "rating", onsubmit: (event) => this.#submit(event, onRate) },
      element("fieldset", {}, element("legend", {}, t("rating")), ...this.#stars),
      this.#comment, this.#button, this.#status);
  }

  /** @param {{score: number}|null} rating  what was given already */
  show(rating) {
    if (rating && !this.node.classList.contains("given")) {
      this.#stars[rating.score - 1].checked = true;
      setText(this.#status, this.#t("rated"));
    }
    this.node.classList.toggle("given", Boolean(rating));
    if (!rating) setText(this.#status, "");
    for (const star of this.#stars) {
      star.disabled = Boolean(rating);
      if (!rating && this.#button.hidden) star.checked = false;
    }
    if (rating) this.#comment.hidden = this.#button.hidden = true;
  }

  #chosen() {
    this.#comment.hidden = this.#button.hidden = false;
  }

  async #submit(event, onRate) {
    event.preventDefault();
    try {
      await onRate(Number(new FormData(this.node).get("score")), this.#comment.value.trim());
      this.#comment.value = "";
    } catch (error) {
      setText(this.#status, error.code ? error.message : this.#t("unreachable"));
    }
  }
}
