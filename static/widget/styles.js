/** How the widget looks. All of it lives in the shadow root; the host page's styles stay outside. */

const LIGHT = `
  color-scheme: light;
  --surface: #ffffff; --surface-raised: #f3f4f8; --line: #e1e4ec; --text: #1b2030; --muted: #5d6579;
  --notice: #fff6dd; --on-notice: #5c4300; --error: #b3261e; --error-surface: #fdecea;
  --shadow: 0 12px 40px rgb(20 24 40 / .22), 0 2px 8px rgb(20 24 40 / .12);
`;
const DARK = `
  color-scheme: dark;
  --surface: #171a22; --surface-raised: #252a36; --line: #343a49; --text: #eceef4; --muted: #a3abbd;
  --notice: #3a3016; --on-notice: #ffe3a1; --error: #ffb4ab; --error-surface: #46201d;
  --shadow: 0 12px 40px rgb(0 0 0 / .6), 0 0 0 1px rgb(255 255 255 / .08);
`;

export const STYLES = `
:host { all: initial }
*, *::before, *::after { box-sizing: border-box }
[hidden] { display: none !important }
.root {
  ${LIGHT}
  position: fixed; z-index: 2147483000; bottom: 20px; inset-inline-end: 20px;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: var(--text);
}
@media (prefers-color-scheme: dark) { .root:not([data-theme="light"]) { ${DARK} } }
.root[data-theme="dark"] { ${DARK} }

button { font: inherit; color: inherit; border: 0; background: none; padding: 0; cursor: pointer }
button:disabled { cursor: default }
h2, p { margin: 0 }
p, time, .author, .system, .day, .notice, .question span { unicode-bidi: plaintext }
.icon { width: 22px; height: 22px; fill: currentColor; display: block }
.hidden-text, .own .author { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.head :focus-visible { outline-color: var(--on-accent); outline-offset: -3px }
.panel:focus, .scroller:focus, .field textarea:focus-visible { outline: none }
.scroller:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px }

.launcher {
  position: relative; display: grid; place-items: center; width: 60px; height: 60px; margin-inline-start: auto;
  border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow);
}
.launcher .icon { width: 30px; height: 30px }
.root:not(.open) .launcher .icon + .icon, .open .launcher .icon:first-child { display: none }
.badge {
  position: absolute; top: -4px; inset-inline-end: -4px; min-width: 24px; height: 24px; padding-inline: 6px;
  border-radius: 12px; background: #d92d20; color: #fff; font-size: 13px; font-weight: 700; line-height: 20px; text-align: center;
  border: 2px solid #fff;
}

.panel {
  display: flex; flex-direction: column; overflow: hidden; margin-bottom: 14px;
  width: 384px; height: min(640px, calc(100vh - 114px)); height: min(640px, calc(100dvh - 114px));
  border-radius: 18px; background: var(--surface); box-shadow: var(--shadow);
}

.head { display: flex; align-items: center; gap: 12px; padding: 14px; background: var(--accent); color: var(--on-accent) }
.heading { flex: 1; min-width: 0 }
h2 { font-size: 16px; font-weight: 650 }
h2, .status { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
[dir="rtl"] :is(h2, .status) { text-align: right }
.status { font-size: 13.5px }
.avatar {
  flex: none; position: relative; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%;
  font-size: 14px; font-weight: 650;
}
.head .avatar { background: var(--on-accent); color: var(--accent) }
.avatar:empty { display: none }
.head .avatar:not([data-presence=""])::after {
  content: ""; position: absolute; bottom: 0; inset-inline-end: 0; width: 12px; height: 12px; border-radius: 50%;
  background: #98a2b3; border: 2px solid var(--accent);
}
.head .avatar[data-presence="online"]::after { background: #32d583 }
.head .avatar:is([data-presence="away"], [data-presence="busy"])::after { background: #fdb022 }
.icon-button { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 10px }
.icon-button:hover { background: color-mix(in srgb, var(--on-accent) 16%, transparent) }

.log { position: relative; flex: 1; min-height: 0; display: flex }
.scroller { flex: 1; overflow-y: auto; overflow-anchor: none; overscroll-behavior: contain; padding: 18px 16px 12px }
.intro { margin-bottom: 14px; padding: 12px 14px; border-radius: 14px; background: var(--surface-raised) }
.older { font-size: 13px; color: var(--muted); text-align: center }
.day, .system { margin-block: 14px; font-size: 12.5px; color: var(--muted); text-align: center; overflow-wrap: anywhere }
.day { display: flex; align-items: center; gap: 10px }
.day::before, .day::after { content: ""; flex: 1; height: 1px; background: var(--line) }

.message { display: flex; gap: 8px; margin-top: 2px; max-width: 88% }
.message.first { margin-top: 12px }
.message.own { margin-inline-start: auto; flex-direction: row-reverse }
.message .avatar { width: 30px; height: 30px; font-size: 11px; margin-top: 22px; background: var(--surface-raised) }
.message:not(.first) .avatar { height: 0; visibility: hidden; margin: 0 }
.message.own .avatar { display: none }
.content { min-width: 0; display: flex; flex-direction: column; align-items: flex-start }
.own .content { align-items: flex-end }
.byline { display: none; gap: 8px; margin: 0 4px 3px; font-size: 12.5px; color: var(--muted) }
.first .byline { display: flex }
.author { font-weight: 600 }
.bubble {
  max-width: 100%; padding: 9px 13px; border-radius: 16px; background: var(--surface-raised); white-space: pre-wrap;
  overflow-wrap: anywhere; text-align: start;
}
.message:not(.own).last .bubble { border-end-start-radius: 5px }
.own .bubble { background: var(--accent); color: var(--on-accent) }
.own.last .bubble { border-end-end-radius: 5px }
.pending .bubble, .deleted .bubble { opacity: .7 }
.deleted .bubble { font-style: italic }
.media, video, audio { display: block; max-width: 100%; border-radius: 14px; overflow: hidden }
.media img { display: block; max-width: 100%; max-height: 240px; width: auto; height: auto; background: var(--surface-raised) }
audio { width: 250px; height: 44px }
video { width: auto; height: auto; max-height: 240px; background: #000 }
:is(.media, video, audio) + .bubble { margin-top: 3px }
.failed .bubble { background: var(--error-surface); color: var(--text) }
.bubble a { color: inherit; text-decoration: underline; text-underline-offset: 2px; unicode-bidi: isolate }
.below { display: flex; flex-wrap: wrap; gap: 2px 10px; margin-inline: 4px; font-size: 12px; color: var(--muted) }
.own .below { justify-content: flex-end; text-align: end }
.below .receipt:not(:empty) { margin-top: 3px }
.failed .receipt { color: var(--error) }
.actions { display: flex; gap: 10px; margin-top: 3px }
.text-button { font-weight: 600; text-decoration: underline; text-underline-offset: 2px; color: var(--text) }

.typing { display: flex; gap: 4px; width: max-content; margin-top: 12px; margin-inline-start: 38px; padding: 13px 14px; border-radius: 16px; background: var(--surface-raised) }
.typing i { width: 7px; height: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite }
.typing i:nth-child(3) { animation-delay: .2s }
.typing i:nth-child(4) { animation-delay: .4s }
@keyframes blink { 0%, 60%, 100% { opacity: .35 } 30% { opacity: 1 } }
.jump {
  position: absolute; bottom: 10px; inset-inline: 0; margin-inline: auto; width: max-content; display: flex; align-items: center; gap: 6px;
  padding: 6px 14px; border-radius: 18px; background: var(--text); color: var(--surface); font-size: 13.5px; font-weight: 600; box-shadow: var(--shadow);
}

.notice, .question { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 10px 16px; font-size: 13.5px; background: var(--surface-raised); border-top: 1px solid var(--line) }
.notice[data-kind="offline"], .notice[data-kind="warning"] { background: var(--notice); color: var(--on-notice) }
.notice[data-kind="error"] { background: var(--error-surface); color: var(--text) }
.question span { flex: 1 1 100%; font-weight: 600 }
.ended, .sheet { max-height: 70%; overflow-y: auto; padding: 14px 16px; border-top: 1px solid var(--line); display: grid; gap: 10px; flex: none }
.ended { text-align: center; justify-items: center; color: var(--muted) }
.form, .rating, label { display: grid; gap: 8px }
label { gap: 3px; font-size: 13.5px }
.form-title { font-weight: 650 }
.form-buttons { display: flex; gap: 16px }
.form :is(input, textarea), .rating textarea { width: 100%; padding: 8px 12px; border: 1px solid var(--muted); border-radius: 10px; background: var(--surface); font: inherit; font-size: 16px; color: inherit }
.rating { width: 100%; justify-items: center }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0 }
legend { margin: auto; padding: 0; font-weight: 600; color: var(--text) }
[type="radio"] { appearance: none; width: 38px; height: 38px; margin: 2px; border-radius: 8px; cursor: pointer }
[type="radio"]::before { content: "★"; display: block; font-size: 30px; line-height: 38px; color: #e8930c }
[type="radio"]:checked ~ [type="radio"]::before, fieldset:not(:has(:checked)) [type="radio"]::before { content: "☆"; color: var(--muted) }
.primary { padding: 10px 20px; border-radius: 12px; background: var(--accent); color: var(--on-accent); font-weight: 600 }
.question .primary { padding: 6px 14px; border-radius: 10px }

.composer { padding: 10px 12px 12px; border-top: 1px solid var(--line) }
.field { display: flex; align-items: flex-end; gap: 6px; padding: 4px; padding-inline-start: 14px; border: 1px solid var(--line); border-radius: 22px; background: var(--surface) }
.field:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent) }
.field textarea {
  flex: 1; min-width: 0; max-height: 130px; padding: 8px 0; border: 0; resize: none; background: none;
  font: inherit; font-size: 16px; line-height: 1.35; color: inherit;
}
[dir="rtl"] .field textarea:placeholder-shown { text-align: right }
textarea::placeholder { color: var(--muted); opacity: 1 }
.attach { flex: none; margin-inline-start: -8px; padding: 8px 0; color: var(--muted) }
.send { flex: none; display: grid; place-items: center; width: 38px; height: 38px; border-radius: 50%; background: var(--accent); color: var(--on-accent) }
.send:disabled { background: var(--surface-raised); color: var(--muted) }
[dir="rtl"] .send .icon { transform: scaleX(-1) }
.hint:not(:empty) { padding: 6px 14px 0; font-size: 12.5px; color: var(--error) }

@media (max-width: 480px) {
  .root { bottom: calc(16px + env(safe-area-inset-bottom)); inset-inline-end: 16px }
  .panel { position: fixed; inset: 0; width: 100%; height: 100vh; height: 100dvh; margin: 0; border-radius: 0 }
  .open .launcher { display: none }
  .head { padding-top: calc(12px + env(safe-area-inset-top)) }
  .composer, .ended, .sheet { padding-bottom: calc(12px + env(safe-area-inset-bottom)) }
  .icon-button { width: 44px; height: 44px }
}
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important } }
@media (forced-colors: active) { .bubble, .launcher, .send, .panel { border: 1px solid } }
`;
