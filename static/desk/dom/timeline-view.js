/** The messages of the shown chat, and where in them the reader is. */

import { segments } from "../../shared/text.js";
import { clockTime, fullTime } from "../../shared/time.js";
import { timelineRows } from "../state/timeline.js";
import { KeyedList, fromTemplate, part, setAttribute, setText } from "./elements.js";
import { MediaView } from "./media-view.js";
import { MessageMenu } from "./message-menu.js";

/** Nearer to an end than this counts as being there. */
const NEAR_PIXELS = 60;

const RECEIPTS = { sent: "Sent", read: "Read", pending: "Sending…", uploading: "Uploading…", failed: "Not sent" };

export class TimelineView {
  #state;
  #language;
  #retry;
  #discard;
  #media;
  #menu;
  #scroll = document.getElementById("timeline-scroll");
  #log = document.getElementById("timeline-log");
  #list = document.getElementById("timeline");
  #older = document.getElementById("older");
  #toNewest = document.getElementById("to-newest");
  #rows;
  #streamed;
  #shownId = null;
  #isAtEnd = true;
  #seenSeq = 0;
  /** What each element shows now. */
  #shownRows = new WeakMap();

  /**
   * @param {import("../state/desk-state.js").DeskState} state
   * @param {object} options
   * @param {() => void} options.older  the reader wants older messages: scrolled to the top, or pressed the button
   * @param {() => void} options.onEnd  the reader has come to the newest message
   * @param {(clientMessageId: string) => void} options.retry
   * @param {(clientMessageId: string) => void} options.discard
   * @param {(row: object) => void} options.edit
   * @param {(row: object) => void} options.remove
   * @param {(seq: number) => Promise<object|null>} options.refreshMedia
   * @param {string} options.language
   */
  constructor(state, { older, onEnd, retry, discard, edit, remove, refreshMedia, language }) {
    this.#state = state;
    this.#language = language;
    this.#retry = retry;
    this.#discard = discard;
    this.#media = new MediaView({ language, refresh: refreshMedia });
    this.#menu = new MessageMenu({ edit, remove });
    this.#rows = new KeyedList(this.#list, (row) => this.#create(row), (node, row) => this.#update(node, row));
    // Outside of the log: what grows is not read out word by word, the whole message is.
    this.#streamed = new KeyedList(document.getElementById("streamed"), (row) => this.#create(row), (node, row) => this.#update(node, row));
    this.#scroll.addEventListener("scroll", () => {
      const wasAtEnd = this.#isAtEnd;
      this.#isAtEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR_PIXELS;
      if (this.#scroll.scrollTop < NEAR_PIXELS) older();
      if (this.#isAtEnd && !wasAtEnd) onEnd();
      this.#showNewestButton();
      this.#menu.place();
    });
    this.#toNewest.addEventListener("click", () => {
      this.scrollToEnd();
      onEnd();
    });
    this.#older.addEventListener("click", older);
    const staying = new ResizeObserver(() => this.#isAtEnd && this.scrollToEnd());
    staying.observe(this.#scroll);
    // Pictures take their room when they are there.
    staying.observe(this.#list);
  }

  /** Whether the reader sees the newest message. */
  get isAtEnd() {
    return this.#isAtEnd;
  }

  scrollToEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#isAtEnd = true;
    this.#showNewestButton();
  }

  render() {
    const deskChat = this.#state.selected;
    if (!deskChat) return;
    const { conversation, isLoadingOlder } = deskChat;
    const isAnotherChat = this.#shownId !== deskChat.id;
    this.#shownId = deskChat.id;
    // What is there when a chat is opened, and older pages, are not read out: only what is said from now on.
    setAttribute(this.#log, "aria-busy", isAnotherChat || isLoadingOlder ? "true" : "false");
    this.#older.hidden = !conversation.hasOlder;
    setText(this.#older, isLoadingOlder ? "Loading older messages…" : "Show older messages");

    const anchor = this.#firstMessageNode();
    const anchorTop = anchor?.getBoundingClientRect().top;
    const rows = timelineRows(deskChat, { language: this.#language, newFromSeq: this.#state.newFromSeq });
    const keyed = rows.map((row) => [`${deskChat.id}:${row.key}`, row]);
    this.#rows.render(keyed.filter(([, row]) => !row.isStreamed));
    this.#streamed.render(keyed.filter(([, row]) => row.isStreamed));
    if (isAnotherChat || this.#isAtEnd) this.scrollToEnd();
    else if (anchor?.isConnected) this.#scroll.scrollTop += anchor.getBoundingClientRect().top - anchorTop;
    if (this.#isAtEnd) this.#seenSeq = conversation.lastSeq;
    this.#showNewestButton();
  }

  /** The topmost message that stays in place when older ones come in above it. */
  #firstMessageNode() {
    return this.#list.querySelector(".row-message, .row-system, .row-note");
  }

  #showNewestButton() {
    const conversation = this.#state.selected?.conversation;
    this.#toNewest.hidden = this.#isAtEnd;
    const hasNew = conversation !== undefined && conversation.lastSeq > this.#seenSeq;
    setText(part(this.#toNewest, "text"), hasNew ? "New messages" : "Newest");
  }

  #create(row) {
    const node = fromTemplate(row.kind);
    part(node, "retry")?.addEventListener("click", () => this.#retry(row.clientMessageId));
    part(node, "cancel")?.addEventListener("click", () => this.#discard(row.clientMessageId));
    part(node, "discard")?.addEventListener("click", () => this.#discard(row.clientMessageId));
    part(node, "menu")?.addEventListener("click", (event) => this.#menu.open(event.currentTarget, this.#shownRows.get(node)));
    return node;
  }

  #update(node, row) {
    this.#shownRows.set(node, row);
    if (row.kind === "day") setText(part(node, "text"), row.label);
    if (row.kind === "system") setText(part(node, "text"), row.text);
    if (row.at) this.#showTime(part(node, "time"), row.at);
    if (row.kind === "message") this.#showMessage(node, row);
    if (row.kind === "note") this.#showNote(node, row);
  }

  #showNote(node, row) {
    setAttribute(node, "data-state", row.state);
    setText(part(node, "author"), row.name);
    showText(part(node, "text"), row.text);
    this.#showReceipt(node, row);
  }

  #showMessage(node, row) {
    node.classList.toggle("from-agent", row.side === "agent");
    node.classList.toggle("own", row.isOwn);
    node.classList.toggle("starts-group", row.startsGroup);
    node.classList.toggle("ends-group", row.endsGroup);
    setAttribute(node, "data-state", row.state);
    const author = part(node, "author");
    setText(author, row.isOwn ? "You" : row.name);
    author.classList.toggle("visually-hidden", row.isOwn || !row.startsGroup);
    const words = row.isDeleted ? "This message was deleted." : row.text;
    part(node, "text").hidden = !words;
    showText(part(node, "text"), words);
    node.classList.toggle("deleted", row.isDeleted);
    this.#media.show(node, row);
    part(node, "edited").hidden = !row.isEdited;
    const { canEdit, canDelete } = row.rights;
    part(node, "menu").hidden = !canEdit && !canDelete;
    const progress = part(node, "progress");
    progress.hidden = row.state !== "uploading";
    progress.value = row.progress ?? 0;
    part(node, "cancel").hidden = row.state !== "uploading";
    this.#showReceipt(node, row);
  }

  #showReceipt(node, row) {
    const isHeldBack = row.state === "pending" && !this.#state.connection.isOnline;
    const receipt = isHeldBack ? "Waiting for the connection" : RECEIPTS[row.state];
    setText(part(node, "receipt"), receipt ? ` · ${receipt}` : "");
    const failure = part(node, "failure");
    failure.hidden = row.state !== "failed";
    setText(part(node, "error"), row.error ?? "");
    part(node, "retry").hidden = Boolean(row.isFinal);
  }

  #showTime(node, iso) {
    if (!node) return;
    setText(node, clockTime(iso, this.#language));
    setAttribute(node, "datetime", iso);
    setAttribute(node, "title", fullTime(iso, this.#language));
  }
}

function showText(node, text) {
  if (node.textContent === text) return;
  node.replaceChildren(...segments(text).map(({ text: words, href }) => {
    if (!href) return document.createTextNode(words);
    const link = document.createElement("a");
    link.href = href;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    link.textContent = words;
    return link;
  }));
}
