/** A file of a message: a picture that can be looked at, a sound or a video that can be played. */

import { fileSize } from "../../shared/media.js";
import { part, setAttribute, setText } from "./elements.js";

export class MediaView {
  #language;
  #refresh;
  #dialog = document.getElementById("image-dialog");

  /**
   * @param {object} options
   * @param {string} options.language
   * @param {(seq: number) => Promise<object|null>} options.refresh  asks for fresh addresses; resolves to the message's `media`
   */
  constructor({ language, refresh }) {
    this.#language = language;
    this.#refresh = refresh;
  }

  /** Shows what a row holds inside its node; a file that is shown already is left alone. */
  show(node, { media, seq, name }) {
    const place = part(node, "media");
    place.hidden = !media;
    if (!media) return place.replaceChildren();
    place.dataset.seq = seq ?? "";
    const shown = place.firstElementChild;
    const isSame = shown?.dataset.media === media._id;
    if (isSame && (!shown.classList.contains("broken") || shown.dataset.url === media.url)) return;
    place.replaceChildren(this.#figure(place, media, name));
  }

  #figure(place, media, name) {
    const figure = document.createElement("figure");
    Object.assign(figure.dataset, { media: media._id, url: media.url, type: media.type });
    const caption = document.createElement("figcaption");
    setText(caption, `${media.name} · ${fileSize(media.size, this.#language)}`);
    figure.append(media.type === "image" ? this.#image(place, media, name) : this.#player(media), caption);
    // Errors do not bubble, but can be caught on their way down.
    figure.addEventListener("error", () => this.#broken(place, figure, caption), true);
    return figure;
  }

  #image(place, media, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "image-button";
    setAttribute(button, "aria-haspopup", "dialog");
    const image = document.createElement("img");
    image.alt = `Image from ${name}: ${media.name}`;
    if (media.width) Object.assign(image, { width: media.width, height: media.height });
    image.src = media.thumbnailUrl ?? media.url;
    button.append(image);
    button.addEventListener("click", () => {
      const seq = Number(place.dataset.seq);
      this.#open(media, image.alt, async () => (seq ? this.#refresh(seq) : null));
    });
    return button;
  }

  #player(media) {
    const player = document.createElement(media.type);
    player.controls = true;
    player.preload = "none";
    setAttribute(player, "aria-label", media.name);
    if (media.thumbnailUrl) player.poster = media.thumbnailUrl;
    if (media.width) Object.assign(player, { width: media.width, height: media.height });
    player.src = media.url;
    return player;
  }

  #open(media, alt, refresh) {
    const image = part(this.#dialog, "image");
    const link = part(this.#dialog, "original");
    image.alt = alt;
    // The thumbnail may have stood there for longer than its address is good.
    image.onerror = async () => {
      image.onerror = null;
      const fresh = await refresh();
      if (fresh) image.src = link.href = fresh.url;
    };
    image.src = link.href = media.url;
    setText(part(this.#dialog, "name"), media.name);
    this.#dialog.showModal();
  }

  /** Addresses end after a while: a fresh one is asked for, and shown if it is another. */
  #broken(place, figure, caption) {
    if (figure.classList.contains("broken")) return;
    figure.classList.add("broken");
    caption.append(" · could not be loaded");
    if (place.dataset.seq) this.#refresh(Number(place.dataset.seq));
  }
}
