/** The widget on the host's page: a shadow root with the launcher and, from the first opening on, the panel. */

import { Helpdesk } from "../../sdk/helpdesk.js";
import { isHexColor, readableOn } from "../color.js";
import { STYLES } from "../styles.js";
import { element, icon, setText } from "./elements.js";
import { Panel } from "./panel.js";

const DEFAULT_COLOR = "#2457d6";

export class WidgetElement {
  static TAG = "helpdesk-widget";

  #options;
  #helpdesk;
  #host;
  #root;
  #launcher;
  #badge;
  #panel = null;
  #isUpdating = false;

  /** @param {{origin: string, widgetKey: string, user: object|null, color?: string, theme?: string, language: string, t: Function}} options */
  constructor(options) {
    this.#options = options;
    this.#helpdesk = new Helpdesk(options);
    this.#host = document.createElement(WidgetElement.TAG);
    this.#badge = element("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    this.#launcher = element("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog", onclick: () => this.#toggle() },
      icon("chat"), icon("down"), this.#badge);
    this.#root = element("div", { class: "root", lang: options.language, dir: getComputedStyle(document.documentElement).direction }, this.#launcher);
  }

  mount(parent) {
    const shadow = this.#host.attachShadow({ mode: "open" });
    addStyles(shadow);
    shadow.append(this.#root);
    if (this.#options.theme) this.#root.dataset.theme = this.#options.theme;
    this.#colour(this.#options.color);
    parent.append(this.#host);
    this.#listen();
    this.#showUnread();
    // A conversation that goes on is followed on every page; without one nothing is loaded before the first opening.
    if (this.#helpdesk.hasLiveChat) this.#helpdesk.resume();
  }

  #listen() {
    const update = () => this.#update();
    this.#helpdesk.on("object-change", update);
    this.#helpdesk.on("request-access-token", () => this.#startOver());
    document.addEventListener("visibilitychange", update);
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("[data-helpdesk-open]")) this.#open();
    });
  }

  /** Several things change in one moment; they are shown once. */
  #update() {
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    queueMicrotask(() => {
      this.#isUpdating = false;
      this.#panel?.show();
      this.#showUnread();
    });
  }

  /** The visitor's token has ended for good: what was not sent goes out as a new visitor's. */
  #startOver() {
    for (const text of this.#helpdesk.forget()) this.#helpdesk.sendMessage(text);
  }

  #toggle() {
    if (this.#panel?.isOpen) this.#close();
    else this.#open();
  }

  #open() {
    this.#panel ??= this.#createPanel();
    this.#panel.open();
    this.#root.classList.add("open");
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#showUnread();
  }

  #close() {
    this.#panel.close();
    this.#root.classList.remove("open");
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
    this.#showUnread();
  }

  #createPanel() {
    const panel = new Panel({
      helpdesk: this.#helpdesk,
      t: this.#options.t,
      language: this.#options.language,
      isKnown: Boolean(this.#options.user),
      onClose: () => this.#close(),
      onProfile: (profile) => this.#colour(profile.color),
    });
    this.#root.prepend(panel.node);
    return panel;
  }

  #showUnread() {
    const { t } = this.#options;
    const isOpen = this.#panel?.isOpen ?? false;
    const count = isOpen ? 0 : (this.#helpdesk.conversation?.unread ?? 0);
    this.#badge.hidden = count === 0;
    setText(this.#badge, count > 9 ? "9+" : String(count));
    this.#launcher.setAttribute("aria-label", isOpen ? t("close") : count ? t("launcher-unread", { count }) : t("launcher"));
  }

  #colour(color) {
    const accent = isHexColor(color) ? color : DEFAULT_COLOR;
    this.#root.style.setProperty("--accent", accent);
    this.#root.style.setProperty("--on-accent", readableOn(accent));
  }
}

// A host page's policy may forbid style elements; a constructed style sheet is no inline style.
function addStyles(shadow) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(element("style", {}, STYLES));
  }
}
