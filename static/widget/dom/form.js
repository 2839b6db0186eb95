/** A small form: its fields, a button, and what came of it. */

import { element, setText } from "./elements.js";

/**
 * @param {object} options
 * @param {Function} options.t
 * @param {string} options.title   a key of the words, as `submit`, and as each field's `label`
 * @param {string} options.submit
 * @param {Array<{name: string, label: string, required?: boolean, value?: string, rows?: number}>} options.fields
 * @param {(values: Record<string, string>) => Promise<any>} options.onSubmit  rejects with what the visitor is told
 * @param {() => void} [options.onCancel]  without it the form is not left by itself
 */
export function createForm({ t, title, submit, fields, onSubmit, onCancel }) {
  const status = element("p", { class: "hint", role: "alert" });
  const button = element("button", { type: "submit", class: "primary" }, t(submit));
  const form = element("form", { class: "form", "aria-label": t(title), onsubmit: send },
    element("p", { class: "form-title" }, t(title)),
    ...fields.map(({ name, label, required, value, rows }) => {
      const field = element(rows ? "textarea" : "input", { name, required, rows, autocomplete: rows ? null : name, type: rows ? null : name === "email" ? name : "text", maxlength: rows ? 5000 : 120 });
      field.value = value ?? "";
      return element("label", {}, t(label), required ? "" : ` (${t("optional")})`, field);
    }),
    status,
    element("div", { class: "form-buttons" }, button, onCancel ? element("button", { type: "button", class: "text-button", onclick: onCancel }, t("cancel")) : null));

  async function send(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      await onSubmit(Object.fromEntries(new FormData(form)));
    } catch (error) {
      setText(status, error.code ? error.message : t("unreachable"));
    }
    button.disabled = false;
  }

  return form;
}
