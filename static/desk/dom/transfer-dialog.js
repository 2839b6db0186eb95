/** Asks to whom a chat goes, and what they should know. */

import { part, setText } from "./elements.js";

const STATUS_WORDS = { online: "", busy: " (busy)", away: " (away)" };

/**
 * Resolves to `{agent}` or `{queueId}` with the `note`, or to null when the chat stays.
 * @param {{customerName: string, agents: Array<{email: string, name: string, status: string}>, queues: Array<{_id: string, name: string}>}} options
 */
export function askWhereTo({ customerName, agents, queues }) {
  const dialog = document.getElementById("transfer-dialog");
  const [choice, note, button, nobody] = ["to", "note", "transfer", "nobody"].map((name) => part(dialog, name));
  setText(part(dialog, "name"), customerName);
  const groups = [
    ["Agents", agents.map(({ email, name, status }) => [`agent:${email}`, name + (STATUS_WORDS[status] ?? "")])],
    ["Queues", queues.map(({ _id, name }) => [`queue:${_id}`, name])],
  ].filter(([, options]) => options.length);
  choice.replaceChildren(...groups.map(([label, options]) => optionGroup(label, options)));
  nobody.hidden = agents.length > 0;
  button.disabled = groups.length === 0;
  note.value = "";
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "transfer" ? chosen() : null), { once: true });
  });

  function chosen() {
    const kind = choice.value.slice(0, 5);
    const id = choice.value.slice(6);
    const to = kind === "agent" ? { agent: agents.find(({ email }) => email === id) } : { queueId: id };
    return { ...to, note: note.value.trim() };
  }
}

function optionGroup(label, options) {
  const group = document.createElement("optgroup");
  group.label = label;
  for (const [value, text] of options) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    group.append(option);
  }
  return group;
}
