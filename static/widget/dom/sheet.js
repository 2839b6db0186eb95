/** In the composer's place: what is asked before a chat, where the transcript goes, a message for a team that is not there. */

import { element } from "./elements.js";
import { createForm } from "./form.js";

export class Sheet {
  #t;
  #helpdesk;
  #onChange;
  #onDone;
  #kind = null;
  #asked = [];

  /** @param {{t: Function, helpdesk: import("../../sdk/helpdesk.js").Helpdesk, onChange: () => void, onDone: () => void}} context */
  constructor({ t, helpdesk, onChange, onDone }) {
    this.#t = t;
    this.#helpdesk = helpdesk;
    this.#onChange = onChange;
    this.#onDone = onDone;
    this.node = element("div", { class: "sheet", hidden: true });
  }

  get isOpen() {
    return this.#kind !== null;
  }

  /** @param {"ticket"|"transcript"|"pre-chat"} kind */
  open(kind) {
    this.#put(kind);
    this.#onChange();
    this.node.querySelector("input, textarea").focus();
  }

  /** @param {Array<{name: string, required: boolean}>} asked  what the widget asks for before a chat; nothing once it has a visitor */
  show(asked) {
    this.#asked = asked;
    // What need not be answered does not stand in anybody's way.
    const isNeeded = asked.some(({ required }) => required);
    if (isNeeded && !this.isOpen) this.#put("pre-chat");
    if (!isNeeded && this.#kind === "pre-chat") this.#put(null);
  }

  #put(kind) {
    this.#kind = kind;
    this.node.hidden = kind === null;
    this.node.replaceChildren(...(kind ? [this.#form(kind)] : []));
  }

  #close() {
    this.#put(null);
    this.#onChange();
    this.#onDone();
  }

  #form(kind) {
    const t = this.#t;
    const helpdesk = this.#helpdesk;
    const { name, email } = helpdesk.visitor ?? {};
    const field = (name, rest) => ({ name, label: name, required: true, ...rest });
    const onCancel = () => this.#close();
    const forms = {
      "pre-chat": () => ({
        submit: "start",
        fields: this.#asked.map(({ name, required }) => field(name, { required })),
        onSubmit: async (values) => {
          await helpdesk.getLiveChatToken(values);
          this.#close();
        },
      }),
      transcript: () => ({
        submit: "submit",
        fields: [field("email", { value: email })],
        onSubmit: async (values) => {
          await helpdesk.sendChatTranscript(values.email);
          this.#thank("transcript-sent", values);
        },
        onCancel,
      }),
      ticket: () => ({
        submit: "submit",
        fields: [field("name", { value: name }), field("email", { value: email }), field("description", { rows: 4 })],
        onSubmit: async (values) => {
          await helpdesk.createLiveChatTicket(values);
          this.#thank("ticket-sent");
        },
        onCancel,
      }),
    };
    return createForm({ t, title: kind, ...forms[kind]() });
  }

  #thank(key, values) {
    const back = element("button", { type: "button", class: "primary", onclick: () => this.#close() }, "OK");
    this.node.replaceChildren(element("p", { role: "status" }, this.#t(key, values)), back);
    back.focus();
  }
}
