/** From the state of a conversation to what stands on the screen. No DOM in here. */

import { refusalOf } from "../shared/media.js";
import { isSystemMessage } from "../shared/messages.js";
import { clockTime, dayKey, dayLabel } from "../shared/time.js";

const GROUP_MILLISECONDS = 5 * 60_000;
/** Reasons of a closed chat that have words of their own. */
const ENDINGS = new Set(["inactivity", "queue-timeout"]);
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
  const messages = [...confirmed, ...pending, ...uploads.map(uploadRow), ...streamRows(conversation, now)].map((row) => ({ ...row, time: clockTime(row.sentAt, language) }));
  markGroups(messages);
  markLastReceipt(messages);
  return withDays(messages, language, now);
}

/** Who is busy with an answer: a key of the words and its values, or null. */
export function writing({ conversation, typingNames, connection }) {
  const answer = AWAY.has(connection.state) ? null : conversation?.stream;
  if (answer?.tool === "search_knowledge_base") return ["looking-up"];
  const names = answer ? [conversation.chat.assistant.name] : typingNames;
  return names.length > 0 ? ["status-typing", { name: names.join(", ") }] : null;
}

/** Who answers, as far as that is known: the agent, or the assistant, which before the first message only the profile names. */
export function answerer({ conversation }, profile) {
  const chat = conversation?.chat;
  if (!chat) return profile?.assistant ?? null;
  return isAssisted(chat) ? chat.assistant : chat.agent;
}

/** What the header says under the name: a key of the words and its values. */
export function headerStatus(helpdesk, profile) {
  const { conversation, connection, isLoading } = helpdesk;
  const chat = conversation?.chat;
  const busy = writing(helpdesk);
  if (chat?.status === "closed") return ["closed"];
  if (busy) return busy;
  if (isLoading || connection.state === "connecting") return ["status-connecting"];
  if (chat?.status === "resolved") return ["status-resolved"];
  if (chat?.agent) return ["status-agent", { name: chat.agent.name }];
  if (chat?.status === "waiting") return ["status-waiting"];
  const assistant = answerer(helpdesk, profile);
  if (assistant) return ["assistant", assistant];
  return ["status-idle"];
}

/**
 * The one notice above the composer that matters most, or null: `{kind, keys, values?, offers?}`, with keys of the words;
 * it offers to "try-again", to write a "ticket", or a "person" instead of the assistant.
 * @param {object} helpdesk  the SDK's `conversation`, `connection`, `closesAt`, `isLoading` and `queue`
 * @param {{profile: object|null, language: string}} options
 */
export function notice({ conversation, connection, closesAt, isLoading, queue }, { profile, language }) {
  if (connection.state === "refused") return { kind: "error", keys: ["refused"], offers: "try-again" };
  if (AWAY.has(connection.state)) return { kind: "offline", keys: ["offline"] };
  const chat = conversation?.chat;
  const offers = isAssisted(chat) ? "person" : null;
  if (closesAt && chat.status !== "closed") return { kind: "warning", keys: ["inactivity"], values: { time: clockTime(closesAt, language) }, offers };
  if (offers) return { kind: "info", keys: [], offers };
  if (chat ? chat.status !== "waiting" : isLoading || profile?.assistant) return null;
  return waitingNotice(chat, queue, profile, language);
}

function waitingNotice(chat, queue, profile, language) {
  const kind = "info";
  const place = queue ? ["position"] : [];
  if (chat?.queueTimedOut) return { kind, keys: [...place, "queue-timeout"], values: queue, offers: "ticket" };
  // An estimate says that somebody is here, whatever was so when the panel was opened.
  if (!queue?.eta && isNobodyHere(profile ?? undefined, chat)) {
    const opening = openingTime(profile.businessHours?.nextOpening, language);
    return { kind, keys: [opening ? "opens" : "nobody-here", "leave-message"], values: { time: opening }, offers: "ticket" };
  }
  // Until the place is told, which is soon, the header says all there is to say.
  if (!queue) return null;
  const { position, eta } = queue;
  return { kind, keys: eta ? [...place, "eta"] : place, values: { position, time: eta && waitingTime(eta, language) } };
}

/** "4 minutes", "2 hours": rounded up, for nobody minds to be answered sooner. */
function waitingTime(seconds, language) {
  const minutes = Math.ceil(seconds / 60);
  const [amount, unit] = minutes < 120 ? [minutes, "minute"] : [Math.ceil(minutes / 60), "hour"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}

/** "Monday 9:00 AM" where the visitor is; null for a team that keeps no hours or is open. */
function openingTime(iso, language) {
  return iso ? new Intl.DateTimeFormat(language, { weekday: "long", hour: "numeric", minute: "2-digit" }).format(new Date(iso)) : null;
}

/** What is said of a conversation that is resolved or closed, as a key of the words; null while it goes on. */
export function endKey(chat) {
  if (chat?.status === "resolved") return "resolved";
  if (chat?.status !== "closed") return null;
  return ENDINGS.has(chat.closeReason) ? `closed-${chat.closeReason}` : "closed";
}

/** Whether the assistant answers. */
const isAssisted = (chat) => chat?.handler === "assistant";

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
    isAssistant: message.fromAssistant,
    receipt: message.deletedAt ? null : conversation.receiptOf(message),
  };
}

/** What the assistant is just saying: last, for its message will stand after what is sent by then. */
function streamRows(conversation, now) {
  const { id, text } = conversation?.stream ?? {};
  if (!text) return [];
  return [{ kind: "message", key: id, sentAt: now.toISOString(), text, isStreamed: true, isOwn: false, isAssistant: true, author: conversation.chat.assistant.name }];
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
