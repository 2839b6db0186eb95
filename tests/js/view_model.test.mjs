import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../../static/shared/conversation.js";
import { translator } from "../../static/shared/i18n.js";
import { isHexColor, readableOn } from "../../static/widget/color.js";
import { answerer, endKey, headerStatus, isNobodyHere, logRows, notice, writing } from "../../static/widget/view_model.js";
import { WORDS } from "../../static/widget/words.js";
import { assistantMessage, chatMessage, chatState, chunk, ownMessage, streamPart, systemMessage } from "./support/messages.mjs";

const ONLINE = { state: "online", code: null };
const OPTIONS = { language: "en", now: new Date("2026-03-09T12:00:00.000Z") };
const at = (minutes) => ({ sentAt: new Date(Date.parse("2026-03-09T10:00:00.000Z") + minutes * 60_000).toISOString() });

function helpdesk({ messages = [], unsent = [], chat = {}, ...rest } = {}) {
  const conversation = new Conversation({ isOwn: (message) => !message.fromAgent });
  conversation.applyAll(messages);
  conversation.applyChat(chatState(chat));
  conversation.setPending(unsent);
  return { conversation, unsent, connection: ONLINE, typingNames: [], closesAt: null, isLoading: false, ...rest };
}

const entry = (overrides = {}) => ({ clientMessageId: "c", chatId: "chat-1", text: "hello", state: "pending", ...at(9), ...overrides });
const messageRows = (rows) => rows.filter((row) => row.kind === "message");

test("a day stands before its first message only", () => {
  const yesterday = { sentAt: "2026-03-08T10:00:00.000Z" };
  const rows = logRows(helpdesk({ messages: [chatMessage(1, yesterday), chatMessage(2), ownMessage(3)] }), OPTIONS);
  assert.deepEqual(rows.map((row) => row.kind), ["day", "message", "day", "message", "message"]);
  assert.equal(rows[0].label, "Yesterday");
  assert.equal(rows[2].label, "Today");
});

test("a message keeps its key when it is confirmed", () => {
  const pending = logRows(helpdesk({ unsent: [entry()] }), OPTIONS);
  const confirmed = logRows(helpdesk({ messages: [ownMessage(1, { clientMessageId: "c" })] }), OPTIONS);
  assert.equal(messageRows(pending)[0].key, messageRows(confirmed)[0].key);
});

test("messages of one author within five minutes are one group; a system line parts them", () => {
  const rows = messageRows(logRows(helpdesk({
    messages: [chatMessage(1, at(0)), chatMessage(2, at(1)), chatMessage(3, at(7)), systemMessage(4), chatMessage(5, at(8)), ownMessage(6, at(8))],
  }), OPTIONS));
  assert.deepEqual(rows.map((row) => row.isFirstOfGroup), [true, false, true, true, true]);
  assert.deepEqual(rows.map((row) => row.isLastOfGroup), [false, true, true, true, true]);
});

test("Sent and Read stand only under the last message they are true of", () => {
  const rows = messageRows(logRows(helpdesk({
    messages: [ownMessage(1, { isRead: true }), ownMessage(2, { isRead: true }), ownMessage(3), ownMessage(4)],
  }), OPTIONS));
  assert.deepEqual(rows.map((row) => row.showsReceipt && row.receipt), [false, "read", false, "sent"]);
});

test("once all is read nothing is called sent", () => {
  const rows = messageRows(logRows(helpdesk({ messages: [ownMessage(1), ownMessage(2, { isRead: true })] }), OPTIONS));
  assert.deepEqual(rows.map((row) => row.showsReceipt && row.receipt), [false, "read"]);
});

test("what is unsent says whether it goes now or when the connection is back", () => {
  const receipt = (state) => messageRows(logRows(helpdesk({ unsent: [entry()], connection: { state } }), OPTIONS))[0].receipt;
  assert.equal(receipt("online"), "sending");
  assert.equal(receipt("connecting"), "sending");
  assert.equal(receipt("offline"), "waiting-to-send");
  assert.equal(receipt("reconnecting"), "waiting-to-send");
});

test("every failed message says why", () => {
  const error = { code: "conversation_closed", message: "The chat is closed." };
  const unsent = [entry({ clientMessageId: "a", state: "failed", error }), entry({ clientMessageId: "b", state: "failed", error })];
  const rows = messageRows(logRows(helpdesk({ unsent }), OPTIONS));
  assert.deepEqual(rows.map((row) => [row.receipt, row.showsReceipt, row.error.message]), [["failed", true, "The chat is closed."], ["failed", true, "The chat is closed."]]);
});

test("before the conversation is joined, what was written is shown", () => {
  const rows = logRows({ conversation: null, unsent: [entry()], connection: { state: "connecting" } }, OPTIONS);
  assert.deepEqual(messageRows(rows).map((row) => row.text), ["hello"]);
});

test("the header tells the state that matters most", () => {
  const status = (state) => headerStatus(helpdesk(state))[0];
  assert.equal(headerStatus({ ...helpdesk(), conversation: null })[0], "status-idle");
  assert.equal(status({ chat: { status: "waiting", agent: null } }), "status-waiting");
  assert.deepEqual(headerStatus(helpdesk()), ["status-agent", { name: "Alice" }]);
  assert.equal(status({ typingNames: ["Alice"] }), "status-typing");
  assert.equal(status({ typingNames: ["Alice"], chat: { status: "closed" } }), "closed");
  assert.equal(status({ isLoading: true }), "status-connecting");
});

test("the notice is about the connection first, then the clock, then the line", () => {
  const keyOf = (state) => notice(helpdesk(state), { profile: null, language: "en" })?.keys[0] ?? null;
  const waiting = { chat: { status: "waiting", agent: null }, queue: { position: 1, eta: null } };
  const closesAt = "2026-03-09T10:30:00.000Z";
  assert.equal(keyOf({}), null);
  assert.equal(keyOf(waiting), "position");
  assert.equal(keyOf({ ...waiting, queue: null }), null, "what is said a moment later anyway");
  assert.equal(keyOf({ ...waiting, closesAt }), "inactivity");
  assert.equal(keyOf({ ...waiting, closesAt, connection: { state: "reconnecting" } }), "offline");
  assert.equal(keyOf({ connection: { state: "refused" } }), "refused");
  assert.equal(keyOf({ closesAt, chat: { status: "closed" } }), null);
});

test("who waits is told the place, and the time only when somebody knows it", () => {
  const profile = { queues: [{ open: true, agentsOnline: 1 }] };
  const said = (queue, chat = {}, rest = {}) => {
    const shown = notice({ ...helpdesk({ chat: { status: "waiting", agent: null, ...chat } }), queue }, { profile, language: "en", ...rest });
    return [shown.keys.map((key) => translator(WORDS.en, "en")(key, shown.values)).join(" "), shown.offers === "ticket"];
  };
  assert.deepEqual(said({ position: 2, eta: null }), ["You’re number 2 in line.", false]);
  assert.deepEqual(said({ position: 2, eta: 1 }), ["You’re number 2 in line. About 1 minute.", false]);
  assert.deepEqual(said({ position: 2, eta: 181 }), ["You’re number 2 in line. About 4 minutes.", false]);
  assert.deepEqual(said({ position: 99, eta: 7300 }), ["You’re number 99 in line. About 3 hours.", false]);
  const sorry = "Sorry that it takes so long. Stay in line, or leave us a message and we’ll answer by e-mail.";
  assert.deepEqual(said({ position: 2, eta: 181 }, { queueTimedOut: true }), [`You’re number 2 in line. ${sorry}`, true]);
  assert.deepEqual(said(null, { queueTimedOut: true }), [sorry, true]);
});

test("a team that is not there is said, with the time when it opens again", () => {
  const nobody = { queues: [{ open: false, agentsOnline: 1 }], businessHours: null };
  const closed = { ...nobody, businessHours: { nextOpening: "2026-03-09T09:00:00.000Z" } };
  const waiting = helpdesk({ chat: { status: "waiting", agent: null } });
  const shown = (profile, state = waiting) => notice(state, { profile, language: "en" });
  assert.deepEqual(shown(nobody).keys, ["nobody-here", "leave-message"]);
  assert.deepEqual(shown(closed).keys, ["opens", "leave-message"]);
  assert.match(shown(closed).values.time, /Monday/);
  assert.equal(shown(closed, { ...waiting, conversation: null }).offers, "ticket", "before a chat, too");
  assert.equal(shown(closed, helpdesk({})), null, "an agent who has the chat is somebody");
  assert.deepEqual(shown(closed, { ...waiting, queue: { position: 1, eta: 60 } }).keys, ["position", "eta"], "they have come meanwhile");
});

test("a chat closed for inactivity or for want of an agent says so", () => {
  assert.equal(endKey({ status: "closed", closeReason: "inactivity" }), "closed-inactivity");
  assert.equal(endKey({ status: "closed", closeReason: "queue-timeout" }), "closed-queue-timeout");
  assert.equal(endKey({ status: "closed", closeReason: "" }), "closed");
  assert.equal(endKey({ status: "resolved" }), "resolved");
  assert.equal(endKey({ status: "open" }), null);
  assert.equal(endKey(null), null);
});

test("a deleted message has its mark and no receipt, an edited one its mark and its words", () => {
  const [edited, deleted] = messageRows(logRows(helpdesk({
    messages: [
      ownMessage(1, { editedAt: "2026-03-09T10:05:00.000Z" }),
      ownMessage(2, { text: "", editedAt: "2026-03-09T10:05:00.000Z", deletedAt: "2026-03-09T10:06:00.000Z" }),
    ],
  }), OPTIONS));
  assert.deepEqual([edited.mark, edited.text, edited.receipt], ["edited", "Text 1", "sent"]);
  assert.deepEqual([deleted.mark, deleted.text, deleted.receipt], ["deleted", "", null]);
});

test("an upload stands last, says how far it is, and has the key of the message it becomes", () => {
  const upload = { id: "u", file: { name: "photo.jpg", type: "image/jpeg", size: 1 }, progress: 0.5, error: null, ...at(9) };
  const before = messageRows(logRows(helpdesk({ messages: [chatMessage(1)], uploads: [upload] }), OPTIONS));
  assert.deepEqual([before[1].text, before[1].receipt, before[1].progress, before[1].showsReceipt], ["photo.jpg", "uploading", 0.5, true]);
  const media = { _id: "f", type: "image" };
  const after = messageRows(logRows(helpdesk({ messages: [ownMessage(1, { text: "", media, clientMessageId: "u" })] }), OPTIONS));
  assert.deepEqual([after[0].key, after[0].media], [before[1].key, media]);
  const [refused] = messageRows(logRows(helpdesk({ uploads: [{ ...upload, error: { code: "file-size" } }] }), OPTIONS));
  assert.deepEqual([refused.receipt, refused.error.code], ["failed", "file-size"]);
});

test("nobody is there when no queue has an agent or none is open, and an agent who has the chat is somebody", () => {
  const profile = (...queues) => ({ queues: queues.map(([open, agentsOnline]) => ({ open, agentsOnline })) });
  assert.equal(isNobodyHere(profile([true, 0], [false, 3]), null), true);
  assert.equal(isNobodyHere(profile([true, 0], [true, 1]), null), false);
  assert.equal(isNobodyHere(profile([true, 0]), { agent: { name: "Alice" } }), false);
  assert.equal(isNobodyHere(undefined, null), false);
});

test("every language says the same things with the same values", () => {
  const shape = (words) => Object.entries(words).map(([key, text]) => {
    const forms = typeof text === "string" ? { other: text } : text;
    return [key, Object.keys(forms).sort(), [...forms.other.matchAll(/\{\w+\}/g)].map(String).sort()];
  });
  assert.deepEqual(shape(WORDS.de), shape(WORDS.en));
});

test("text on the widget's colour can be read", () => {
  assert.equal(readableOn("#2457d6"), "#ffffff");
  assert.equal(readableOn("#ffd400"), "#111111");
  assert.equal(readableOn("#000000"), "#ffffff");
});

test("only a six-digit hex colour is taken for one", () => {
  assert.equal(isHexColor("#2457d6"), true);
  for (const color of ["red", "#fff", "#2457d6;x", "url(x)", "", undefined]) assert.equal(isHexColor(color), false);
});

const WITH_ADA = { handler: "assistant", agent: null, assistant: { _id: "ada", name: "Ada" } };

function assisted(parts = [], rest = {}) {
  const state = helpdesk({ chat: WITH_ADA, messages: [ownMessage(1, at(0))], ...rest });
  for (const part of parts) state.conversation.applyStream(part);
  return state;
}

test("what the assistant is saying is the last row, after what is sent meanwhile, and says that it is an AI", () => {
  const state = assisted([chunk("We ship")], { unsent: [entry()] });
  const rows = messageRows(logRows(state, OPTIONS));
  assert.deepEqual(rows.map(({ text, isStreamed, isAssistant, author }) => [text, Boolean(isStreamed), Boolean(isAssistant), author]), [
    ["Text 1", false, false, "Vera"], ["hello", false, false, ""], ["We ship", true, true, "Ada"],
  ]);
  assert.equal(translator(WORDS.en, "en")("assistant", { name: "Ada" }), "Ada, AI assistant");
});

test("the row of an answer looks as its message will: alone, or in one group with what the assistant said before", () => {
  const now = new Date(at(2).sentAt);
  const said = [ownMessage(1, at(0)), assistantMessage(2, at(1))];
  const whole = messageRows(logRows(assisted([], { messages: [...said, assistantMessage(3, at(2))] }), { ...OPTIONS, now })).at(-1);
  const growing = messageRows(logRows(assisted([chunk("Text 3")], { messages: said }), { ...OPTIONS, now })).at(-1);
  for (const field of ["text", "author", "isAssistant", "isOwn", "isFirstOfGroup", "isLastOfGroup", "time"]) assert.equal(growing[field], whole[field], field);
});

test("who is writing or looking something up is told, in the header, too", () => {
  assert.equal(writing(assisted()), null);
  assert.deepEqual(headerStatus(assisted()), ["assistant", WITH_ADA.assistant]);
  assert.deepEqual(writing(assisted([streamPart("tool-use", { name: "search_knowledge_base", arguments: {} })])), ["looking-up"]);
  const answering = assisted([chunk("We")], { typingNames: [] });
  assert.deepEqual([writing(answering), headerStatus(answering)], [["status-typing", { name: "Ada" }], ["status-typing", { name: "Ada" }]]);
  assert.deepEqual(writing(assisted([streamPart("tool-use", { name: "transfer_chat_to_agent", arguments: {} })])), ["status-typing", { name: "Ada" }]);
  assert.deepEqual(writing(helpdesk({ typingNames: ["Alice"] })), ["status-typing", { name: "Alice" }]);
});

test("while the connection is away nobody is said to write, and what was said stays", () => {
  const away = assisted([chunk("We")], { connection: { state: "reconnecting", code: null } });
  assert.deepEqual([writing(away), messageRows(logRows(away, OPTIONS)).at(-1).text], [null, "We"]);
});

test("the head names who answers: the assistant already before the first message", () => {
  const profile = { assistant: { name: "Ada", greeting: "Hello!" } };
  const before = { ...helpdesk(), conversation: null };
  assert.deepEqual([answerer(before, null), answerer(before, profile), headerStatus(before, profile)], [null, profile.assistant, ["assistant", profile.assistant]]);
  assert.deepEqual(answerer(assisted(), profile), WITH_ADA.assistant);
  assert.equal(answerer(helpdesk(), profile).name, "Alice");
  const waiting = helpdesk({ chat: { ...WITH_ADA, status: "waiting", handler: "queue" } });
  assert.deepEqual([answerer(waiting, profile), headerStatus(waiting, profile)], [null, ["status-waiting"]]);
});

test("a person can be asked for as long as the assistant has the chat, a warning or not", () => {
  const offered = (state) => notice(state, { profile: null, language: "en" })?.offers ?? null;
  assert.equal(offered(assisted()), "person");
  assert.equal(offered(assisted([chunk("We")])), "person");
  assert.equal(offered(assisted([], { closesAt: "2026-03-09T10:30:00.000Z" })), "person");
  assert.equal(offered(helpdesk({ closesAt: "2026-03-09T10:30:00.000Z" })), null);
  assert.equal(offered(helpdesk()), null);
});

test("where the assistant answers nobody is said to be missing before the chat", () => {
  const nobody = { queues: [{ open: false, agentsOnline: 0 }], businessHours: null, assistant: { name: "Ada", greeting: "Hi!" } };
  const shown = (chat) => notice({ ...helpdesk({ chat }), ...(chat ? {} : { conversation: null }) }, { profile: nobody, language: "en" });
  assert.equal(shown(null), null);
  assert.deepEqual(shown({ status: "waiting", handler: "queue", agent: null }).keys, ["nobody-here", "leave-message"], "handed over");
});
