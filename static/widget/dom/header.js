/** The head of the panel: whose chat it is, who answers, and the way out. */

import { initials } from "../../shared/text.js";
import { element, iconButton, setText } from "./elements.js";

/** In every language of the words. */
const DEFAULT_TITLE = "Chat";

export class Header {
  #t;
  #title;
  #status;
  #avatar;
  #end;

  /** @param {{t: Function, onClose: () => void, onEnd: () => void}} context */
  constructor({ t, onClose, onEnd }) {
    this.#t = t;
    this.#title = element("h2", { id: "title", dir: "auto" }, DEFAULT_TITLE);
    this.#status = element("p", { class: "status", role: "status" });
    this.#avatar = element("span", { class: "avatar", "aria-hidden": "true" });
    this.#end = iconButton("end", t("end-chat"), { class: "icon-button", hidden: true, onclick: onEnd });
    this.node = element("div", { class: "head" }, this.#avatar,
      element("div", { class: "heading" }, this.#title, this.#status),
      this.#end,
      iconButton("close", t("close"), { class: "icon-button", onclick: onClose }));
  }

  /** @param {{name: string, agent: {name: string}|null, agentStatus: string|undefined, status: [string, object?], canEnd: boolean}} state */
  show({ name, agent, agentStatus, status, canEnd }) {
    setText(this.#title, name || DEFAULT_TITLE);
    setText(this.#status, this.#t(...status));
    setText(this.#avatar, initials(agent?.name ?? name));
    this.#avatar.dataset.presence = agent && agentStatus ? agentStatus : "";
    this.#end.hidden = !canEnd;
  }
}
