/** Search in everything people have said; what is found opens its chat. */

import { personName } from "../state/people.js";
import { KeyedList, fromTemplate, part, setAttribute, setText } from "./elements.js";
import { shortTime } from "./lists-view.js";

/** So long nothing is typed before the server is asked. */
const PAUSE_MILLISECONDS = 250;
const MOST = 20;

export class SearchView {
  #find;
  #language;
  #field = document.getElementById("search");
  #status = document.getElementById("found-status");
  #list = document.getElementById("found");
  #rows;
  #timer = null;

  /**
   * @param {object} options
   * @param {(words: string, limit: number) => Promise<object[]>} options.find
   * @param {(chatId: string) => void} options.open
   * @param {string} options.language
   */
  constructor({ find, open, language }) {
    this.#find = find;
    this.#language = language;
    this.#rows = new KeyedList(
      this.#list,
      ({ conversation }) => {
        const node = fromTemplate("found");
        part(node, "open").addEventListener("click", () => open(conversation._id));
        return node;
      },
      (node, found) => this.#show(node, found),
    );
    this.#field.addEventListener("input", () => this.#later());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#field.value) return;
      // The first Escape empties the field, the next one leaves the chat.
      event.stopPropagation();
      this.#field.value = "";
      this.#later();
    });
  }

  focus() {
    this.#field.focus();
    this.#field.select();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), PAUSE_MILLISECONDS);
  }

  async #search() {
    const words = this.#field.value.trim();
    if (!words) return this.#tell("", []);
    try {
      const found = await this.#find(words, MOST);
      // Something else has been typed meanwhile.
      if (words !== this.#field.value.trim()) return;
      this.#tell(found.length ? "" : "Nothing found.", found);
    } catch (error) {
      this.#tell(error.message, []);
    }
  }

  #tell(text, found) {
    this.#status.hidden = !text;
    setText(this.#status, text);
    this.#list.hidden = found.length === 0;
    this.#rows.render(found.map((message) => [message._id, message]));
  }

  #show(node, { conversation, snippet, createdAt, senderId }) {
    setText(part(node, "name"), personName(conversation.userId) ?? "Visitor");
    setText(part(node, "snippet"), senderId?.role === "User" ? snippet : `${personName(senderId) ?? "Team"}: ${snippet}`);
    setText(part(node, "time"), shortTime(createdAt, this.#language));
    setAttribute(part(node, "time"), "datetime", createdAt);
  }
}
