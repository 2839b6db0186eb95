/** What can be done to a message: one menu, opened beside the bubble it belongs to. */

export class MessageMenu {
  #menu = document.getElementById("message-menu");
  #items = [...this.#menu.querySelectorAll("[role=menuitem]")];
  #opener = null;
  #row = null;

  /** @param {{edit: (row: object) => void, remove: (row: object) => void}} actions */
  constructor({ edit, remove }) {
    const actions = { edit, remove };
    for (const item of this.#items) {
      item.addEventListener("click", () => {
        this.#menu.hidePopover();
        actions[item.dataset.action](this.#row);
      });
    }
    this.#menu.addEventListener("keydown", (event) => this.#onKey(event));
    this.#menu.addEventListener("toggle", ({ newState }) => {
      this.#opener?.setAttribute("aria-expanded", String(newState === "open"));
    });
  }

  /** Opens beside `opener` with what may be done to the message of this row. */
  open(opener, row) {
    this.#opener = opener;
    this.#row = row;
    for (const item of this.#items) item.hidden = !(item.dataset.action === "edit" ? row.rights.canEdit : row.rights.canDelete);
    this.#menu.showPopover();
    this.place();
    this.#items.find((item) => !item.hidden).focus();
  }

  /** Stays beside its message when that moves. */
  place() {
    if (!this.#menu.matches(":popover-open")) return;
    const { left, bottom, top } = this.#opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#menu;
    const isBelow = bottom + height < window.innerHeight;
    this.#menu.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
    this.#menu.style.top = `${isBelow ? bottom : top - height}px`;
  }

  #onKey(event) {
    const shown = this.#items.filter((item) => !item.hidden);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) shown.at((shown.indexOf(document.activeElement) + step) % shown.length).focus();
    else if (event.key === "Tab" || event.key === "Escape") this.#menu.hidePopover();
    else return;
    event.preventDefault();
    // Escape means something to the page, too.
    event.stopPropagation();
    if (!step) this.#opener.focus();
  }
}
