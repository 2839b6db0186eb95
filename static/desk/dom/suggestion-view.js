/** The button that has a reply suggested, and takes it back while it is written. */

import { Standing } from "../state/desk-chat.js";
import { setText } from "./elements.js";

export class SuggestionView {
  #state;
  #composer;
  #button = document.getElementById("suggest");
  #status = document.getElementById("suggestion-status");
  /** What was being written when this was shown last, or null. */
  #shown = null;

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {{composer: import("./composer-view.js").ComposerView, toggle: () => void}} options
   */
  constructor(state, { composer, toggle }) {
    this.#state = state;
    this.#composer = composer;
    this.#button.addEventListener("click", toggle);
  }

  render() {
    const { selected, suggestion, connection } = this.#state;
    const isWriting = suggestion !== null && suggestion.chatId === selected?.id;
    const { dataset } = this.#button;
    this.#button.hidden = selected?.standing !== Standing.MINE || !selected.chat.assistant || this.#composer.isNote;
    this.#button.disabled = !connection.isOnline;
    setText(this.#button, isWriting ? dataset.stop : dataset.suggest);
    if (isWriting) setText(this.#status, dataset.writing);
    else if (this.#shown) setText(this.#status, suggestion === null && this.#shown.hasText ? dataset.written : "");
    this.#shown = isWriting ? suggestion : null;
  }
}
