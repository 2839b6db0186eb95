/** Names of people, whichever way the server spells a person. */

/** The name of `{name}` or `{first_name, last_name}`, else the e-mail address; null for nobody. */
export function personName(person) {
  if (!person) return null;
  const fullName = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return person.name || fullName || person.email || null;
}

/** The user id of a message's author; null for the conversation's own lines. */
export function authorOf(message) {
  return message.fromId ?? null;
}

/** Whether a role is that of somebody who answers. */
export function isStaffRole(role) {
  return role === "agent" || role === "admin";
}
