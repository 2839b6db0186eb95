// What is checked in the browser code and its tests: likely mistakes, not taste.

const pageGlobals = [
  "AbortController", "AbortSignal", "Blob", "BroadcastChannel", "CSSStyleSheet", "CustomEvent", "DOMException", "Event", "EventTarget", "File",
  "FormData", "HTMLElement", "Headers", "IntersectionObserver", "Intl", "MutationObserver", "Node", "Notification", "PointerEvent", "KeyboardEvent", "Audio", "AudioContext",
  "Request", "ResizeObserver", "Response", "URL", "URLSearchParams", "WebSocket", "XMLHttpRequest", "atob", "btoa",
  "cancelAnimationFrame", "clearInterval", "clearTimeout", "confirm", "console", "crypto", "customElements", "document", "fetch", "getComputedStyle",
  "globalThis", "localStorage", "location", "matchMedia", "navigator", "performance", "queueMicrotask",
  "requestAnimationFrame", "sessionStorage", "setInterval", "setTimeout", "structuredClone", "window",
];
const nodeGlobals = ["Buffer", "process", "setImmediate"];

const rules = {
  "constructor-super": "error",
  "default-case-last": "error",
  eqeqeq: "error",
  "for-direction": "error",
  "getter-return": "error",
  "no-async-promise-executor": "error",
  "no-class-assign": "error",
  "no-const-assign": "error",
  "no-constant-binary-expression": "error",
  "no-dupe-args": "error",
  "no-dupe-class-members": "error",
  "no-dupe-else-if": "error",
  "no-dupe-keys": "error",
  "no-duplicate-case": "error",
  "no-empty": ["error", { allowEmptyCatch: false }],
  "no-eval": "error",
  "no-fallthrough": "error",
  "no-func-assign": "error",
  "no-implied-eval": "error",
  "no-import-assign": "error",
  "no-new-func": "error",
  "no-prototype-builtins": "error",
  "no-self-assign": "error",
  "no-self-compare": "error",
  "no-script-url": "error",
  "no-this-before-super": "error",
  "no-undef": "error",
  "no-unreachable": "error",
  "no-unsafe-finally": "error",
  "no-unsafe-optional-chaining": "error",
  "no-unused-private-class-members": "error",
  "no-unused-vars": "error",
  "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
  "no-useless-catch": "error",
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
  "require-yield": "error",
  "use-isnan": "error",
  "valid-typeof": "error",

  // What people write reaches a page only as text (SPEC §11): these would parse it as markup.
  "no-restricted-properties": [
    "error",
    { property: "innerHTML", message: "Use textContent or build elements." },
    { property: "outerHTML", message: "Use textContent or build elements." },
    { property: "insertAdjacentHTML", message: "Use textContent or build elements." },
    { object: "document", property: "write", message: "Build elements." },
  ],
};

const declare = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

export default [
  { ignores: ["node_modules/", "var/", ".venv/", ".tools/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { files: ["static/**/*.{js,mjs}"], languageOptions: { globals: declare(pageGlobals) }, rules },
  {
    files: ["{tests,bench}/**/*.{js,mjs}", "*.js"],
    languageOptions: { globals: declare([...pageGlobals, ...nodeGlobals]) },
    rules: { ...rules, "no-script-url": "off" },
  },
];
