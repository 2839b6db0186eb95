/** The right column: who the customer is. */

import { fullTime } from "../../shared/time.js";
import { Standing } from "../state/desk-chat.js";
import { renderAvatar } from "./avatar.js";
import { part, setAttribute, setText } from "./elements.js";

const STATUS_WORDS = {
  [Standing.WAITING]: "Waiting",
  [Standing.MINE]: "Open",
  [Standing.THEIRS]: "Open",
  [Standing.ASSISTED]: "Open",
  [Standing.RESOLVED]: "Resolved",
  [Standing.CLOSED]: "Closed",
};

const PRESENCE_WORDS = { online: "Online", away: "Away", busy: "Busy", offline: "Offline" };

export class CustomerView {
  #state;
  #language;
  #node = document.getElementById("customer-shown");

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {{language: string, download: (deskChat: object, format: string) => void}} options
   */
  constructor(state, { language, download }) {
    this.#state = state;
    this.#language = language;
    for (const button of this.#node.querySelectorAll("[data-format]")) {
      button.addEventListener("click", () => download(state.selected, button.dataset.format));
    }
  }

  render() {
    const deskChat = this.#state.selected;
    this.#node.hidden = !deskChat?.chat;
    if (!deskChat?.chat) return;
    const { chat, customerName, customerEmail, customerStatus, standing } = deskChat;
    renderAvatar(part(this.#node, "avatar"), customerName);
    setText(part(this.#node, "name"), customerName);
    setText(part(this.#node, "presence"), PRESENCE_WORDS[customerStatus] ?? "");
    setAttribute(part(this.#node, "presence"), "data-presence", customerStatus ?? "unknown");
    const email = part(this.#node, "email");
    email.hidden = !customerEmail;
    part(this.#node, "no-email").hidden = Boolean(customerEmail);
    setText(email, customerEmail);
    setAttribute(email, "href", customerEmail ? `mailto:${encodeURIComponent(customerEmail)}` : null);
    setText(part(this.#node, "status"), STATUS_WORDS[standing] ?? "");
    setText(part(this.#node, "agent"), chat.agent?.name || (standing === Standing.ASSISTED ? `${deskChat.assistantName}, AI assistant` : "Nobody yet"));
    setText(part(this.#node, "queue"), chat.queue?.name ?? "None");
    setText(part(this.#node, "started"), fullTime(chat.createdAt, this.#language));
    setAttribute(part(this.#node, "started"), "datetime", chat.createdAt);
    setText(part(this.#node, "messages"), String(deskChat.conversation.lastSeq));
    const { rating } = chat;
    part(this.#node, "rating").hidden = part(this.#node, "rating-title").hidden = !rating;
    setText(part(this.#node, "rating"), rating ? `${"★".repeat(rating.score)}${"☆".repeat(5 - rating.score)} ${rating.score} of 5${rating.comment ? ` – ${rating.comment}` : ""}` : "");
  }
}
