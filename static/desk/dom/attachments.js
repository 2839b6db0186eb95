/** Files into the shown chat: chosen, pasted, or dropped on the conversation. */

import { showToast } from "./toasts.js";

export class Attachments {
  #composer;
  #attach;
  #button = document.getElementById("attach");
  #chooser = document.getElementById("attach-files");
  #place = document.getElementById("conversation-shown");

  /**
   * @param {object} options
   * @param {import("./composer-view.js").ComposerView} options.composer
   * @param {(files: Iterable<File>) => void} options.attach  sends files to the customer of the shown chat
   */
  constructor({ composer, attach }) {
    this.#composer = composer;
    this.#attach = attach;
    this.#button.addEventListener("click", () => this.#chooser.click());
    this.#chooser.addEventListener("change", () => {
      this.#take(this.#chooser.files);
      // The same file can be chosen again.
      this.#chooser.value = "";
    });
    document.getElementById("composer-text").addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.#take(event.clipboardData.files);
    });
    this.#listenToDrags();
  }

  #listenToDrags() {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    this.#place.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#place.classList.add("dropping");
    });
    this.#place.addEventListener("dragleave", (event) => {
      if (!this.#place.contains(event.relatedTarget)) this.#place.classList.remove("dropping");
    });
    this.#place.addEventListener("drop", (event) => {
      this.#place.classList.remove("dropping");
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#take(event.dataTransfer.files);
    });
    // A file that misses the conversation must not replace the desk.
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  }

  #take(files) {
    if (this.#composer.isNote) return showToast("A note cannot hold a file. Switch to “Reply” to send it to the customer.", "error");
    if (this.#button.disabled) return showToast("Files can be sent in your own chats only.", "error");
    this.#attach([...files]);
    this.#composer.focus();
  }
}
