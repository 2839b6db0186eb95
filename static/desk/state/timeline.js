/** A conversation as the rows that are shown: days, lines of the conversation itself, bubbles in groups. */

import { isSystemMessage } from "../../shared/messages.js";
import { dayKey, dayLabel } from "../../shared/time.js";
import { authorOf } from "./people.js";

/** Bubbles of one person within this time share one name above and one time below. */
const GROUP_MILLISECONDS = 5 * 60_000;

/**
 * @param {import("../../shared/conversation.js").Conversation} conversation
 * @param {{language?: string, now?: Date, newFromSeq?: number|null}} [options]  `newFromSeq`: the first message that
 *   was unread when the chat was opened
 * @returns {Array<object>} rows of kind "day", "new", "system" or "message", each with a key that stays its own
 */
export function timelineRows(conversation, { language, now = new Date(), newFromSeq = null } = {}) {
  const entries = [
    ...conversation.messages.map((message) => fromMessage(message, conversation)),
    ...conversation.pending.map(fromPending),
  ];
  const rows = [];
  let day = null;
  for (const [index, entry] of entries.entries()) {
    const key = dayKey(entry.at);
    if (key !== day) rows.push({ kind: "day", key: `day:${key}`, label: dayLabel(entry.at, language, now) });
    if (newFromSeq !== null && entry.seq === newFromSeq) rows.push({ kind: "new", key: "new" });
    day = key;
    const startsGroup = !continuesGroup(entries[index - 1], entry);
    const endsGroup = !entries[index + 1] || !continuesGroup(entry, entries[index + 1]);
    rows.push({ ...entry, startsGroup, endsGroup });
  }
  return rows;
}

function fromMessage(message, conversation) {
  if (isSystemMessage(message)) {
    return { kind: "system", key: `seq:${message.seq}`, seq: message.seq, at: message.sentAt, text: message.text };
  }
  const isOwn = conversation.isOwn(message);
  return {
    kind: "message",
    // An own bubble keeps its key, and so its place on the page, when the server confirms it.
    key: isOwn && message.clientMessageId ? `own:${message.clientMessageId}` : `seq:${message.seq}`,
    seq: message.seq,
    at: message.sentAt,
    text: message.text,
    author: authorOf(message),
    name: message.fromName || message.fromEmail || (message.fromAgent ? "Agent" : "Visitor"),
    side: message.fromAgent || isOwn ? "agent" : "customer",
    isOwn,
    isDeleted: message.deleted === true,
    state: conversation.receiptOf(message),
    clientMessageId: message.clientMessageId ?? null,
    error: null,
  };
}

function fromPending(entry) {
  return {
    kind: "message",
    key: `own:${entry.clientMessageId}`,
    seq: null,
    at: entry.sentAt,
    text: entry.text,
    author: null,
    name: "You",
    side: "agent",
    isOwn: true,
    isDeleted: false,
    state: entry.state === "failed" ? "failed" : "pending",
    clientMessageId: entry.clientMessageId,
    error: entry.error?.message ?? null,
  };
}

function continuesGroup(previous, entry) {
  return (
    previous?.kind === "message" &&
    entry.kind === "message" &&
    (previous.isOwn ? entry.isOwn : previous.author === entry.author) &&
    previous.state === entry.state &&
    dayKey(previous.at) === dayKey(entry.at) &&
    Date.parse(entry.at) - Date.parse(previous.at) < GROUP_MILLISECONDS
  );
}
