/** Time as the other modules see it, so that tests can bring their own. */

/** @typedef {{ now(): number, setTimeout(callback: () => void, milliseconds: number): any, clearTimeout(timer: any): void }} Clock */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
};
