/** The panel: head, log, notices, composer. Shows the SDK's state and hands on what the visitor does. */

import { closedKey, headerStatus, logRows, notice } from "../view_model.js";
import { Composer } from "./composer.js";
import { element, setText } from "./elements.js";
import { Header } from "./header.js";
import { MessageLog } from "./message_log.js";

export class Panel {
  #helpdesk;
  #t;
  #language;
  #profile = null;
  #profileError = null;
  #header;
  #log;
  #composer;
  #intro;
  #notice;
  #retry;
  #ending;
  #ended;
  #endedText;

  /** @param {{helpdesk: import("../../sdk/helpdesk.js").Helpdesk, t: Function, language: string, onClose: () => void, onProfile: (profile: object) => void}} context */
  constructor({ helpdesk, t, language, onClose, onProfile }) {
    this.#helpdesk = helpdesk;
    this.#t = t;
    this.#language = language;
    this.onProfile = onProfile;
    this.#header = new Header({ t, onClose, onEnd: () => this.#askToEnd() });
    this.#log = new MessageLog({
      t,
      language,
      onRetry: (id) => helpdesk.retryMessage(id),
      onDiscard: (id) => helpdesk.discardMessage(id),
      onSeen: () => this.#markRead(),
      hasOlder: () => helpdesk.conversation?.hasOlder ?? false,
      loadOlder: () => helpdesk.loadOlder(),
    });
    this.#composer = new Composer({ t, language, onSend: (text) => this.#send(text), onKey: () => helpdesk.keyPressed() });
    this.#intro = element("p", { class: "intro", dir: "auto" });
    this.#log.scroller.prepend(this.#intro);
    this.#retry = element("button", { type: "button", class: "text-button", onclick: () => this.#tryAgain() }, t("try-again"));
    this.#notice = element("div", { class: "notice", role: "status", hidden: true });
    this.#ending = this.#endQuestion();
    this.#endedText = element("p", { role: "status" });
    this.#ended = element("div", { class: "ended", hidden: true }, this.#endedText,
      element("button", { type: "button", class: "primary", onclick: () => this.#startNew() }, t("new-chat")));
    this.node = element("section", {
      class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: true,
      onkeydown: (event) => { if (event.key === "Escape") onClose(); },
    }, this.#header.node, this.#log.node, this.#notice, this.#ending, this.#ended, this.#composer.node);
  }

  get isOpen() {
    return !this.node.hidden;
  }

  open() {
    this.node.hidden = false;
    this.#helpdesk.resume();
    if (!this.#profile) this.#loadProfile();
    this.show();
    this.#composer.fit();
    this.#log.scrollToEnd();
    this.#log.announceNew(true);
    this.#markRead();
    // On a phone the keyboard would cover the conversation before it was seen.
    if (matchMedia("(pointer: coarse)").matches || this.#helpdesk.isClosed) this.node.focus();
    else this.#composer.focus();
  }

  close() {
    this.#log.announceNew(false);
    this.node.hidden = true;
  }

  /** Shows the state as it is now. */
  show() {
    if (!this.isOpen) return;
    const { conversation, isClosed, typingNames, isLoading, connection, closesAt } = this.#helpdesk;
    const chat = conversation?.chat;
    const rows = logRows(this.#helpdesk, { language: this.#language });
    this.#header.show({
      name: this.#profile?.name ?? "",
      agent: chat?.agent ?? null,
      agentStatus: chat?.agentStatus,
      status: headerStatus(this.#helpdesk),
      canEnd: Boolean(chat) && !isClosed,
    });
    this.#showIntro(rows.length > 0, isLoading);
    this.#log.show(rows, typingNames);
    this.#showNotice(this.#profileError ?? notice({ conversation, connection, closesAt, isLoading, language: this.#language }));
    this.#ended.hidden = !isClosed;
    setText(this.#endedText, isClosed ? this.#t(closedKey(chat)) : "");
    this.#composer.node.hidden = isClosed || connection.state === "refused" || this.#profileError?.canRetry === false;
    if (isClosed) this.#ending.hidden = true;
    this.#markRead();
  }

  async #loadProfile() {
    try {
      this.#profile = await this.#helpdesk.getChatProfile();
      this.#profileError = null;
      this.onProfile(this.#profile);
    } catch (error) {
      const isFinal = error.status === 404 || error.status === 403;
      this.#profileError = { kind: "error", key: isFinal ? "refused" : "unreachable", canRetry: !isFinal };
    }
    this.show();
  }

  #showIntro(hasRows, isLoading) {
    const greeting = this.#profile?.greeting || this.#t("greeting");
    const isBeginning = !this.#helpdesk.conversation?.hasOlder;
    this.#intro.hidden = !isBeginning;
    setText(this.#intro, isLoading && !hasRows ? this.#t("loading") : greeting);
  }

  #showNotice(shown) {
    this.#notice.hidden = shown === null;
    this.#notice.dataset.kind = shown?.kind ?? "";
    if (shown === null) return this.#notice.replaceChildren();
    const text = this.#t(shown.key, shown.values);
    if (this.#notice.firstChild?.textContent === text) return;
    this.#notice.replaceChildren(element("span", {}, text), ...(shown.canRetry ? [this.#retry] : []));
  }

  #tryAgain() {
    if (this.#profileError) this.#loadProfile();
    if (this.#helpdesk.hasVisitor) this.#helpdesk.connect();
  }

  #send(text) {
    this.#helpdesk.sendMessage(text);
    this.#log.scrollToEnd();
  }

  #endQuestion() {
    const t = this.#t;
    return element("div", { class: "ending", role: "group", "aria-label": t("end-question"), hidden: true },
      element("span", {}, t("end-question")),
      element("button", { type: "button", class: "primary", onclick: () => this.#end() }, t("end-chat")),
      element("button", { type: "button", class: "text-button", onclick: () => this.#keepChatting() }, t("end-cancel")));
  }

  #askToEnd() {
    setText(this.#ending.firstChild, this.#t("end-question"));
    this.#ending.hidden = false;
    this.#ending.querySelector("button").focus();
  }

  #keepChatting() {
    this.#ending.hidden = true;
    this.#composer.focus();
  }

  async #end() {
    try {
      await this.#helpdesk.endChat();
      this.#ended.querySelector("button").focus();
    } catch {
      setText(this.#ending.firstChild, this.#t("unreachable"));
    }
  }

  #startNew() {
    const unsent = this.#helpdesk.leaveChat();
    this.#composer.insert(unsent.join("\n"));
    this.show();
    this.#composer.focus();
  }

  #markRead() {
    if (this.isOpen && document.visibilityState === "visible" && this.#log.isAtEnd) this.#helpdesk.markRead();
  }
}
