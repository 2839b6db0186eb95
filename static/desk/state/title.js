/** What the browser's tab says, seen or not. */

/** @param {{unread: number, waiting: number, asked?: number}} counts  unread messages in own chats; chats that wait; requests to be answered */
export function documentTitle({ unread, waiting, asked = 0 }) {
  if (asked) return "Chat request – Helpdesk";
  const count = unread ? `(${unread}) ` : "";
  const queue = waiting ? ` · ${waiting} waiting` : "";
  return `${count}Desk${queue} – Helpdesk`;
}
