/** What the browser's tab says, seen or not. */

/** @param {{unread: number, waiting: number}} counts  unread messages in own chats; chats that wait */
export function documentTitle({ unread, waiting }) {
  const count = unread ? `(${unread}) ` : "";
  const queue = waiting ? ` · ${waiting} waiting` : "";
  return `${count}Desk${queue} – Helpdesk`;
}
