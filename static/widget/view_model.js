/** From the state of a conversation to what stands on the screen. No DOM in here. */

import { refusalOf } from "../shared/media.js";
import { isSystemMessage } from "../shared/messages.js";
import { clockTime, dayKey, dayLabel } from "../shared/time.js";

const GROUP_MILLISECONDS = 5 * 60_000;
const AWAY = new Set(["offline", "reconnecting"]);

/**
 * The rows of the log, oldest first: `{kind: "day"|"system"|"message", key, …}`. A message keeps its key when the
 * server confirms it, so that its bubble stays where it is.
 * @param {object} helpdesk  the SDK's `conversation`, `unsent`, `uploads` and `connection`
 * @param {{language: string, now?: Date}} options
 */
export function logRows({ conversation, unsent, uploads = [], connection }, { language, now = new Date() }) {
  const confirmed = (conversation?.messages ?? []).map((message) => confirmedRow(conversation, message));
  const pending = (conversation?.pending ?? unsent).map((entry) => pendingRow(entry, connection));
  const messages = [...confirmed, ...pending, ...uploads.map(uploadRow)].map((row) => ({ ...row, time: clockTime(row.sentAt, language) }));
  markGroups(messages);
  markLastReceipt(messages);
  return withDays(messages, language, now);
}

/** What the header says under the name: a key of the words and its values. */
export function headerStatus({ conversation, typingNames, connection, isLoading }) {
  const chat = conversation?.chat;
  if (chat?.status === "closed") return ["closed"];
  if (typingNames.length > 0) return ["status-typing", { name: typingNames.join(", ") }];
  if (isLoading || connection.state === "connecting") return ["status-connecting"];
  if (chat?.status === "resolved") return ["status-resolved"];
  if (chat?.agent) return ["status-agent", { name: chat.agent.name }];
  if (chat?.status === "waiting") return ["status-waiting"];
  return ["status-idle"];
}

/** The one notice above the composer that matters most, or null: `{kind, key, values?, canRetry?}`. */
export function notice({ conversation, connection, closesAt, isLoading, language }) {
  if (connection.state === "refused") return { kind: "error", key: "refused", canRetry: true };
  if (AWAY.has(connection.state)) return { kind: "offline", key: "offline" };
  if (conversation?.chat?.status === "closed") return null;
  if (closesAt) return { kind: "warning", key: "inactivity", values: { time: clockTime(closesAt, language) } };
  if (!isLoading && conversation?.chat?.status === "waiting") return { kind: "info", key: "waiting" };
  return null;
}

/** What is said of a conversation that is resolved or closed, as a key of the words; null while it goes on. */
export function endKey(chat) {
  if (chat?.status === "resolved") return "resolved";
  if (chat?.status !== "closed") return null;
  return chat.closeReason === "inactivity" ? "closed-inactivity" : "closed";
}

/** Whether the visitor would wait in vain: no agent has the chat, and none is there to take one. */
export function isNobodyHere({ queues } = {}, chat) {
  return Boolean(queues) && !chat?.agent && !queues.some((queue) => queue.open && queue.agentsOnline > 0);
}

function confirmedRow(conversation, message) {
  const base = { key: message.clientMessageId ?? message.id, sentAt: message.sentAt, text: message.text };
  if (isSystemMessage(message)) return { ...base, kind: "system" };
  return {
    ...base,
    kind: "message",
    seq: message.seq,
    media: message.media,
    mark: message.deletedAt ? "deleted" : message.editedAt ? "edited" : "",
    isOwn: conversation.isOwn(message),
    author: message.fromName,
    receipt: message.deletedAt ? null : conversation.receiptOf(message),
  };
}

function pendingRow(entry, connection) {
  const waiting = AWAY.has(connection.state) ? "waiting-to-send" : "sending";
  return {
    kind: "message",
    key: entry.clientMessageId,
    clientMessageId: entry.clientMessageId,
    sentAt: entry.sentAt,
    text: entry.text,
    media: entry.media,
    isOwn: true,
    author: "",
    receipt: entry.state === "failed" ? "failed" : waiting,
    error: entry.error,
  };
}

function uploadRow({ id, sentAt, file, progress, error }) {
  return {
    kind: "message",
    key: id,
    clientMessageId: id,
    sentAt,
    text: file.name,
    isOwn: true,
    author: "",
    receipt: error ? "failed" : "uploading",
    progress,
    error,
    isFinal: refusalOf(file) !== null,
  };
}

function markGroups(rows) {
  rows.forEach((row, index) => {
    row.isFirstOfGroup = !continues(rows[index - 1], row);
    row.isLastOfGroup = !rows[index + 1] || !continues(row, rows[index + 1]);
  });
}

function continues(before, after) {
  return before?.kind === "message"
    && after.kind === "message"
    && before.isOwn === after.isOwn
    && before.author === after.author
    && dayKey(before.sentAt) === dayKey(after.sentAt)
    && Date.parse(after.sentAt) - Date.parse(before.sentAt) < GROUP_MILLISECONDS;
}

/** "Sent" and "Read" stand only under the last message they are true of. */
function markLastReceipt(rows) {
  const seen = new Set();
  for (const row of [...rows].reverse()) {
    row.showsReceipt = row.receipt === "failed" || Boolean(row.receipt && !seen.has(row.receipt));
    // What was sent before a read message needs no word of its own.
    if (row.receipt) seen.add(row.receipt);
    if (row.receipt === "read") seen.add("sent");
  }
}

function withDays(rows, language, now) {
  let day = null;
  return rows.flatMap((row) => {
    const key = dayKey(row.sentAt);
    if (key === day) return [row];
    day = key;
    return [{ kind: "day", key: `day-${key}`, label: dayLabel(row.sentAt, language, now) }, row];
  });
}
