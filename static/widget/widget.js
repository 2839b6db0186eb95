/** The widget's one script: `<script async src="https://help.example.com/widget.js" data-widget-key="…"></script>`. */

import { chooseLanguage, translator } from "../shared/i18n.js";
import { WidgetElement } from "./dom/widget_element.js";
import { WORDS } from "./words.js";

// Only while the script itself runs does the browser say which one it is.
const script = document.currentScript;

function start() {
  const { widgetKey, color, theme, language: wanted, userHash, userId, userEmail: email, userName: name } = script.dataset;
  if (!widgetKey || document.querySelector(WidgetElement.TAG)) return;
  const tags = [wanted, document.documentElement.lang, ...navigator.languages];
  const language = chooseLanguage(tags, Object.keys(WORDS));
  const regional = tags.find((tag) => tag?.toLowerCase().split("-")[0] === language) ?? language;
  new WidgetElement({
    origin: new URL(script.src).origin,
    widgetKey,
    user: userHash ? { userHash, userId, email, name } : null,
    color,
    theme,
    language: regional,
    t: translator(WORDS[language], language),
  }).mount(document.body);
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
