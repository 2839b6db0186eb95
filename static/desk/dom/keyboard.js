/** The desk by keyboard. */

/**
 * @param {object} actions
 * @param {() => void} actions.takeNext
 * @param {(step: 1|-1) => void} actions.switchChat
 * @param {() => void} actions.focusComposer
 * @param {() => void} actions.switchMode  between a reply and a note
 * @param {() => void} actions.resolve
 * @param {() => void} actions.accept  the chat that is asked about first
 * @param {() => void} actions.decline
 * @param {() => void} actions.transfer
 * @param {() => void} actions.takeOver  from the assistant
 * @param {() => void} actions.resume  back to the assistant
 * @param {() => void} actions.suggest  a reply, or no more of it
 * @param {() => void} actions.search
 * @param {() => void} actions.leave  Escape
 */
export function listenToKeyboard({ takeNext, switchChat, focusComposer, switchMode, resolve, accept, decline, transfer, takeOver, resume, suggest, search, leave }) {
  // By the key's place, not its letter: with Alt (Option), keyboards write other letters.
  const byCode = {
    KeyN: takeNext,
    ArrowUp: () => switchChat(-1),
    ArrowDown: () => switchChat(1),
    KeyC: focusComposer,
    KeyI: switchMode,
    KeyR: resolve,
    KeyA: accept,
    KeyD: decline,
    KeyT: transfer,
    KeyO: takeOver,
    KeyH: resume,
    KeyG: suggest,
    KeyS: search,
  };
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open], :popover-open") || event.isComposing) return;
    const action = event.altKey && !event.ctrlKey && !event.metaKey ? byCode[event.code] : null;
    if (action) {
      event.preventDefault();
      action();
    } else if (event.key === "Escape") {
      leave();
    }
  });
}
