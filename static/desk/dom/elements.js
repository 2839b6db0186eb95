/** Markup from the page's templates, and lists of it that change without being built anew. */

/** A copy of the only element of `<template id="<name>-template">`. */
export function fromTemplate(name) {
  return document.getElementById(`${name}-template`).content.firstElementChild.cloneNode(true);
}

/** The element marked `data-part="<name>"` inside `node`. */
export function part(node, name) {
  return node.querySelector(`[data-part="${name}"]`);
}

/** Sets text only when it changed, so that screen readers and selections are left alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute only when it changed; null takes it away. */
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** A list of elements, one for each item: an item with a known key keeps its element, and with it focus and place. */
export class KeyedList {
  #parent;
  #create;
  #update;
  #nodes = new Map();

  /**
   * @param {Element} parent
   * @param {(item: object) => Element} create
   * @param {(node: Element, item: object) => void} update  called for new and kept elements alike
   */
  constructor(parent, create, update) {
    this.#parent = parent;
    this.#create = create;
    this.#update = update;
  }

  nodeOf(key) {
    return this.#nodes.get(key) ?? null;
  }

  /** @param {Array<[string, object]>} items  key and item, in the order to be shown */
  render(items) {
    const wanted = new Set(items.map(([key]) => key));
    for (const [key, node] of this.#nodes) {
      if (wanted.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
    let next = this.#parent.firstElementChild;
    for (const [key, item] of items) {
      const node = this.#nodes.get(key) ?? this.#create(item);
      this.#nodes.set(key, node);
      this.#update(node, item);
      if (node === next) next = node.nextElementSibling;
      else this.#parent.insertBefore(node, next);
    }
  }
}
