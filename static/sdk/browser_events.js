/** What the browser and the visitor's other tabs tell; nothing where there is no browser. */

/**
 * @param {object} listeners  onNetwork() back again, onNetworkLost(), onVisible(), onStorage(key) changed by another tab
 */
export function watchBrowser({ onNetwork, onNetworkLost, onVisible, onStorage }) {
  const { document } = globalThis;
  if (!document) return;
  globalThis.addEventListener("online", onNetwork);
  globalThis.addEventListener("offline", onNetworkLost);
  globalThis.addEventListener("storage", (change) => onStorage(change.key));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") onVisible();
  });
}
