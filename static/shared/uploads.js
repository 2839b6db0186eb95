/** Files on their way to the server, before each becomes a message. */

import { newClientMessageId } from "./ids.js";
import { mediaTypeOf, refusalOf } from "./media.js";

/**
 * @typedef {object} Upload
 * @property {string} id           becomes the clientMessageId of the message
 * @property {string|null} chatId
 * @property {File} file
 * @property {string|null} type    "image", "audio", "video"
 * @property {string} sentAt       ISO 8601
 * @property {number} progress     from 0 to 1
 * @property {{code?: string, message?: string}|null} error  why it failed; `code` "file-type" and "file-size" are found here
 */

export class Uploads {
  #send;
  #onUploaded;
  #onChange;
  #uploads = new Map();

  /**
   * @param {object} options
   * @param {(file: File, options: {onProgress: (fraction: number) => void, signal: AbortSignal}) => Promise<object>} options.send
   *   resolves with the `media` of the answer, rejects with an error for people to read
   * @param {(upload: Upload, media: object) => void} options.onUploaded
   * @param {() => void} [options.onChange]
   */
  constructor({ send, onUploaded, onChange = () => {} }) {
    this.#send = send;
    this.#onUploaded = onUploaded;
    this.#onChange = onChange;
  }

  /** One conversation's uploads, in the order they were begun. @returns {Upload[]} */
  of(chatId) {
    return [...this.#uploads.values()].filter((upload) => upload.chatId === chatId);
  }

  /** Begins to upload a file. Resolves with the upload when it is over: done, refused (`error`) or discarded. */
  add(file, chatId = null) {
    const code = refusalOf(file);
    const upload = {
      id: newClientMessageId(),
      chatId,
      file,
      type: mediaTypeOf(file),
      sentAt: new Date().toISOString(),
      progress: 0,
      error: code && { code },
    };
    this.#uploads.set(upload.id, upload);
    return this.#upload(upload);
  }

  /** Tries a failed one again, unless the file itself is the reason. */
  retry(id) {
    const upload = this.#uploads.get(id);
    if (upload?.error && !refusalOf(upload.file)) this.#upload(Object.assign(upload, { error: null, progress: 0 }));
  }

  /** Drops one, under way or not; false when there is none. */
  discard(id) {
    const upload = this.#uploads.get(id);
    this.#uploads.delete(id);
    upload?.aborter?.abort();
    this.#onChange();
    return upload !== undefined;
  }

  /** Gives the uploads begun before there was a conversation this one. */
  address(chatId) {
    for (const upload of this.of(null)) upload.chatId = chatId;
  }

  async #upload(upload) {
    this.#onChange();
    if (upload.error) return upload;
    upload.aborter = new AbortController();
    try {
      const media = await this.#send(upload.file, { onProgress: (progress) => this.#progress(upload, progress), signal: upload.aborter.signal });
      if (this.#uploads.delete(upload.id)) this.#onUploaded(upload, media);
    } catch (error) {
      upload.error = error;
    }
    this.#onChange();
    return upload;
  }

  #progress(upload, progress) {
    upload.progress = progress;
    this.#onChange();
  }
}
