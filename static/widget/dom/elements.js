/** Elements without markup text: what people wrote goes in as text nodes only. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  chat: "M12 3C7 3 3 6.5 3 11c0 2.5 1.3 4.6 3.3 6l-.8 3.3c-.1.6.4 1 1 .7l3.5-2c6 1 11-2.8 11-8s-4-8-9-8Z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4Z",
  down: "M12 15.5 5.5 9 7 7.5l5 5 5-5L18.5 9Z",
  attach: "M20.400 11.100 12 19.500a5.600 5.600 0 0 1-8-8l8.500-8.400a3.900 3.900 0 0 1 5.500 5.500l-8.400 8.400a2.200 2.200 0 0 1-3.100-3.100L14 6.500l1.300 1.300-7.500 7.500c-.3.3.2.7.5.4l8.400-8.400a2.100 2.100 0 0 0-2.900-2.900L5.400 12.800a3.700 3.700 0 0 0 5.300 5.300l8.400-8.400Z",
  send: "M3 21 22 12 3 3v7l12 2-12 2Z",
  end: "M5 3h9l2 2v3h-2V5H5v14h9v-3h2v3l-2 2H5l-2-2V5Zm11.6 5.4 3.6 3.6-3.6 3.6-1.4-1.4 1.2-1.200H9v-2h7.4l-1.2-1.2Z",
};

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties]  `class`, attributes, and `on…` listeners; null and false are left out
 * @param {...(Node|string|null)} children
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: "icon" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows an icon and says its label. */
export function iconButton(name, label, properties) {
  return element("button", { type: "button", "aria-label": label, title: label, ...properties }, icon(name));
}

/** Sets text only when it changed, so that screen readers do not say it again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
