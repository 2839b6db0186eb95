/** Calls an agent who may be looking elsewhere: a sound, and a notification of the system while the tab is in the background. */

import { readJson, writeJson } from "../../shared/storage.js";

const TONES_HERTZ = [660, 880];
const TONE_SECONDS = 0.14;

export class Alerts {
  #button = document.getElementById("alerts");
  #storage;
  #key;
  #audio = null;

  /**
   * @param {Storage|import("../../shared/storage.js").MemoryStorage} storage
   * @param {string} key  where it is kept whether this agent wants to be called
   */
  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key;
    this.#show();
    this.#button.addEventListener("click", () => this.#toggle());
  }

  get #isOn() {
    return readJson(this.#storage, this.#key) === true;
  }

  call(text) {
    if (!this.#isOn) return;
    this.#sound();
    if (document.visibilityState === "visible" || globalThis.Notification?.permission !== "granted") return;
    const notification = new Notification("Helpdesk", { body: text, tag: text });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  }

  /** Browsers ask for permission, and let a page be heard, only when somebody has pressed something. */
  #toggle() {
    writeJson(this.#storage, this.#key, !this.#isOn);
    this.#show();
    if (!this.#isOn) return;
    this.#sound();
    globalThis.Notification?.requestPermission();
  }

  #show() {
    this.#button.setAttribute("aria-pressed", String(this.#isOn));
  }

  #sound() {
    this.#audio ??= new AudioContext();
    const gain = this.#audio.createGain();
    gain.gain.value = 0.08;
    gain.connect(this.#audio.destination);
    TONES_HERTZ.forEach((hertz, index) => {
      const tone = this.#audio.createOscillator();
      const start = this.#audio.currentTime + index * TONE_SECONDS;
      tone.frequency.value = hertz;
      tone.connect(gain);
      tone.start(start);
      tone.stop(start + TONE_SECONDS);
    });
  }
}
