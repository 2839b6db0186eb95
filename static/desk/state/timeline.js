/** A conversation as the rows that are shown: days, lines of the conversation itself, notes, bubbles in groups. */

import { refusalOf } from "../../shared/media.js";
import { isSystemMessage } from "../../shared/messages.js";
import { dayKey, dayLabel } from "../../shared/time.js";
import { authorOf } from "./people.js";
import { refusalWords } from "./words.js";

/** Bubbles of one person within this time share one name above and one time below. */
const GROUP_MILLISECONDS = 5 * 60_000;

const NO_RIGHTS = Object.freeze({ canEdit: false, canDelete: false });

/**
 * @param {import("./desk-chat.js").DeskChat} deskChat
 * @param {{language?: string, now?: Date, newFromSeq?: number|null}} [options]  `newFromSeq`: the first message that
 *   was unread when the chat was opened
 * @returns {Array<object>} rows of kind "day", "new", "system", "note" or "message", each with a key that stays its own
 */
export function timelineRows(deskChat, { language, now = new Date(), newFromSeq = null } = {}) {
  const entries = entriesOf(deskChat);
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

function entriesOf(deskChat) {
  const { conversation, notes, uploads } = deskChat;
  const stored = conversation.messages.map((message) => fromMessage(message, deskChat));
  // Notes of a time whose messages are not loaded yet come with them.
  const from = conversation.hasOlder ? conversation.firstSeq : 0;
  const told = notes.all.filter(({ afterSeq }) => afterSeq >= from).map(fromNote);
  return [
    ...[...stored, ...told].sort((one, other) => one.place - other.place),
    ...notes.pending.map(fromPendingNote),
    ...conversation.pending.map(fromPending),
    ...uploads.map(fromUpload),
    ...(conversation.stream?.text ? [fromStream(deskChat)] : []),
  ];
}

function fromMessage(message, deskChat) {
  const { conversation } = deskChat;
  const { seq, sentAt, text } = message;
  const base = { seq, place: seq, at: sentAt, text };
  if (isSystemMessage(message)) return { ...base, kind: "system", key: `seq:${seq}` };
  const isOwn = conversation.isOwn(message);
  return {
    ...base,
    kind: "message",
    // An own bubble keeps its key, and so its place on the page, when the server confirms it.
    key: isOwn && message.clientMessageId ? `own:${message.clientMessageId}` : `seq:${seq}`,
    id: message.id,
    media: message.media ?? null,
    author: authorOf(message),
    name: message.fromAssistant ? assistantWords(message.fromName) : message.fromName || message.fromEmail || (message.fromAgent ? "Agent" : "Visitor"),
    side: message.fromAgent || isOwn ? "agent" : "customer",
    isOwn,
    isEdited: Boolean(message.editedAt) && !message.deletedAt,
    isDeleted: Boolean(message.deletedAt),
    rights: deskChat.rightsTo(message),
    state: message.deletedAt ? null : conversation.receiptOf(message),
    clientMessageId: message.clientMessageId ?? null,
    error: null,
  };
}

/** What the assistant is just saying: last, for its message will stand after what is sent by then. */
function fromStream({ chat, conversation, assistantName }) {
  const { id, text } = conversation.stream;
  return {
    ...ownRow(null, { sentAt: new Date().toISOString() }),
    key: `stream:${id}`,
    isStreamed: true,
    isOwn: false,
    text,
    media: null,
    author: chat?.assistant?._id ?? null,
    name: assistantWords(assistantName),
    state: null,
    error: null,
  };
}

function assistantWords(name) {
  return `${name}, AI assistant`;
}

function fromNote(note) {
  return {
    kind: "note",
    key: `note:${note.clientMessageId ?? note.id}`,
    seq: null,
    // After the message it was written after, before the next; notes of one place are in their order already.
    place: note.afterSeq + 0.5,
    at: note.sentAt,
    text: note.text,
    name: note.fromName || "Agent",
    state: null,
    clientMessageId: note.clientMessageId,
    error: null,
  };
}

function fromPendingNote(entry) {
  return { ...fromPending(entry), kind: "note", key: `note:${entry.clientMessageId}` };
}

function fromPending(entry) {
  return {
    ...ownRow(entry.clientMessageId, entry),
    text: entry.text,
    media: entry.media ?? null,
    state: entry.state === "failed" ? "failed" : "pending",
    error: entry.error?.message ?? null,
  };
}

function fromUpload(upload) {
  return {
    ...ownRow(upload.id, upload),
    text: upload.file.name,
    media: null,
    state: upload.error ? "failed" : "uploading",
    progress: upload.progress,
    error: upload.error && refusalWords(upload.error),
    // The file itself is the reason: another try would end the same way.
    isFinal: refusalOf(upload.file) !== null,
  };
}

function ownRow(clientMessageId, { sentAt }) {
  return {
    kind: "message",
    key: `own:${clientMessageId}`,
    seq: null,
    id: null,
    at: sentAt,
    author: null,
    name: "You",
    side: "agent",
    isOwn: true,
    isEdited: false,
    isDeleted: false,
    rights: NO_RIGHTS,
    clientMessageId,
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
