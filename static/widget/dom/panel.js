/** The panel: head, log, notices, composer. Shows the SDK's state and hands on what the visitor does. */

import { answerer, headerStatus, logRows, notice, writing } from "../view_model.js";
import { Composer } from "./composer.js";
import { element, setText } from "./elements.js";
import { Ending } from "./ending.js";
import { Header } from "./header.js";
import { MessageLog } from "./message_log.js";
import { NoticeBar } from "./notice_bar.js";
import { Sheet } from "./sheet.js";

export class Panel {
  #helpdesk;
  #t;
  #language;
  #isKnown;
  #profile = null;
  #profileError = null;
  #header;
  #log;
  #composer;
  #intro;
  #notice;
  #question;
  #ending;
  #sheet;

  /** @param {{helpdesk: import("../../sdk/helpdesk.js").Helpdesk, t: Function, language: string, isKnown: boolean, onClose: () => void, onProfile: (profile: object) => void}} context */
  constructor({ helpdesk, t, language, isKnown, onClose, onProfile }) {
    this.#helpdesk = helpdesk;
    this.#t = t;
    this.#language = language;
    this.#isKnown = isKnown;
    this.onProfile = onProfile;
    this.#header = new Header({ t, onClose, onEnd: () => this.#askToEnd() });
    this.#log = new MessageLog({
      t,
      language,
      onRetry: (id) => helpdesk.retryMessage(id),
      onDiscard: (id) => helpdesk.discardMessage(id),
      onStale: (seq) => seq && helpdesk.refreshMedia(seq).catch(() => {}),
      onSeen: () => this.#markRead(),
      hasOlder: () => helpdesk.conversation?.hasOlder ?? false,
      loadOlder: () => helpdesk.loadOlder(),
    });
    this.#composer = new Composer({ t, language, onSend: (text) => this.#send(text), onFiles: (files) => this.#sendFiles(files), onKey: () => helpdesk.keyPressed() });
    this.#sheet = new Sheet({ t, helpdesk, onChange: () => this.show(), onDone: () => this.#composer.focus() });
    this.#intro = element("p", { class: "intro", dir: "auto" });
    this.#log.scroller.prepend(this.#intro);
    this.#notice = new NoticeBar({ t, actions: {
      "try-again": () => this.#tryAgain(),
      ticket: () => this.#sheet.open("ticket"),
      person: () => this.#requestPerson(),
    } });
    this.#question = this.#endQuestion();
    this.#ending = new Ending({ t, helpdesk, open: (sheet) => this.#sheet.open(sheet), onStartNew: () => this.#startNew() });
    this.node = element("section", {
      class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: true,
      onkeydown: (event) => { if (event.key === "Escape") onClose(); },
    }, this.#header.node, this.#log.node, this.#notice.node, this.#question, this.#ending.node, this.#sheet.node, this.#composer.node);
  }

  get isOpen() {
    return !this.node.hidden;
  }

  open() {
    this.node.hidden = false;
    this.#helpdesk.resume();
    this.#loadProfile();
    this.show();
    this.#composer.fit();
    this.#log.scrollToEnd();
    this.#log.announceNew(true);
    this.#markRead();
    this.#focus();
  }

  close() {
    this.#log.announceNew(false);
    this.node.hidden = true;
  }

  /** Shows the state as it is now. */
  show() {
    if (!this.isOpen) return;
    const { conversation, isClosed, isLoading, connection } = this.#helpdesk;
    const chat = conversation?.chat;
    const rows = logRows(this.#helpdesk, { language: this.#language });
    const busy = writing(this.#helpdesk);
    this.#header.show({
      name: this.#profile?.name ?? "",
      agent: answerer(this.#helpdesk, this.#profile),
      agentStatus: chat?.agentStatus,
      status: headerStatus(this.#helpdesk, this.#profile),
      canEnd: Boolean(chat) && !isClosed,
    });
    this.#showIntro(rows.length > 0, isLoading);
    // Words that grow show by themselves that somebody writes.
    const isGrowing = rows.at(-1)?.isStreamed && busy?.[0] === "status-typing";
    this.#log.show(rows, busy && !isGrowing ? this.#t(...busy) : "");
    this.#notice.show(this.#profileError ?? notice(this.#helpdesk, { profile: this.#profile, language: this.#language }));
    this.#sheet.show(this.#helpdesk.hasVisitor || this.#isKnown ? [] : (this.#profile?.preChat ?? []));
    this.#ending.show(chat, !this.#sheet.isOpen);
    const isUnknown = !this.#profile && !this.#profileError && !this.#helpdesk.hasVisitor;
    this.#composer.node.hidden = isClosed || isUnknown || this.#sheet.isOpen || connection.state === "refused" || this.#profileError?.offers === null;
    if (isClosed) this.#question.hidden = true;
    this.#markRead();
  }

  #focus() {
    // On a phone the keyboard would cover the conversation before it was seen.
    if (matchMedia("(pointer: coarse)").matches || this.#helpdesk.isClosed) this.node.focus();
    else this.#composer.focus();
  }

  async #loadProfile() {
    try {
      this.#profile = await this.#helpdesk.getChatProfile();
      const isRefused = this.#profile.requiresIdentity && !this.#helpdesk.hasVisitor && !this.#isKnown;
      this.#profileError = isRefused ? { kind: "error", keys: ["refused"], offers: null } : null;
      this.onProfile(this.#profile);
    } catch (error) {
      const isFinal = error.status === 404 || error.status === 403;
      // What was so at an earlier opening is better than nothing.
      if (!this.#profile || isFinal) this.#profileError = { kind: "error", keys: [isFinal ? "refused" : "unreachable"], offers: isFinal ? null : "try-again" };
    }
    this.show();
  }

  #showIntro(hasRows, isLoading) {
    const { conversation } = this.#helpdesk;
    const greeting = this.#profile?.assistant?.greeting || this.#profile?.greeting || this.#t("greeting");
    // The assistant greets by a message of its own.
    this.#intro.hidden = conversation?.hasOlder || conversation?.messages.some(({ fromAssistant, seq }) => fromAssistant && seq < 3);
    setText(this.#intro, isLoading && !hasRows ? this.#t("loading") : greeting);
  }

  #tryAgain() {
    if (this.#profileError) this.#loadProfile();
    if (this.#helpdesk.hasVisitor) this.#helpdesk.connect();
  }

  #send(text) {
    this.#helpdesk.sendMessage(text);
    this.#log.scrollToEnd();
  }

  #sendFiles(files) {
    for (const file of files) this.#helpdesk.sendMedia(file);
    this.#log.scrollToEnd();
  }

  async #requestPerson() {
    // The button is gone with the answer.
    this.#focus();
    try {
      await this.#helpdesk.requestAgent();
    } catch {
      this.#notice.show({ kind: "error", keys: ["unreachable"], offers: "person" });
    }
  }

  #endQuestion() {
    const t = this.#t;
    return element("div", { class: "question", role: "group", "aria-label": t("end-question"), hidden: true },
      element("span", {}, t("end-question")),
      element("button", { type: "button", class: "primary", onclick: () => this.#end() }, t("end-chat")),
      element("button", { type: "button", class: "text-button", onclick: () => this.#keepChatting() }, t("end-cancel")));
  }

  #askToEnd() {
    setText(this.#question.firstChild, this.#t("end-question"));
    this.#question.hidden = false;
    this.#question.querySelector("button").focus();
  }

  #keepChatting() {
    this.#question.hidden = true;
    this.#composer.focus();
  }

  async #end() {
    try {
      await this.#helpdesk.endChat();
      this.#ending.focus();
    } catch {
      setText(this.#question.firstChild, this.#t("unreachable"));
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
