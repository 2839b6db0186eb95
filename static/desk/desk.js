/** The agent's desk: puts its parts together. */

import { browserStorage, readJson, writeJson } from "../shared/storage.js";
import { AssistedView } from "./dom/assisted-view.js";
import { Alerts } from "./dom/alerts.js";
import { Attachments } from "./dom/attachments.js";
import { ComposerView } from "./dom/composer-view.js";
import { ConnectionView } from "./dom/connection-view.js";
import { ConversationView } from "./dom/conversation-view.js";
import { CustomerView } from "./dom/customer-view.js";
import { askForWords, confirmClose, confirmDelete, showShortcuts } from "./dom/dialogs.js";
import { listenToKeyboard } from "./dom/keyboard.js";
import { saveFile } from "./dom/files.js";
import { ListsView } from "./dom/lists-view.js";
import { RequestsView } from "./dom/requests-view.js";
import { SearchView } from "./dom/search-view.js";
import { SuggestionView } from "./dom/suggestion-view.js";
import { TimelineView } from "./dom/timeline-view.js";
import { showToast } from "./dom/toasts.js";
import { askWhereTo } from "./dom/transfer-dialog.js";
import { Api } from "./net/api.js";
import { Assistance } from "./net/assistance.js";
import { DeskClient } from "./net/desk-client.js";
import { DeskSocket } from "./net/desk-socket.js";
import { Routing } from "./net/routing.js";
import { Sending } from "./net/sending.js";
import { SessionTokens, requestSessionToken } from "./net/tokens.js";
import { Standing } from "./state/desk-chat.js";
import { DeskState } from "./state/desk-state.js";
import { Drafts } from "./state/drafts.js";
import { documentTitle } from "./state/title.js";
import { wordsOf } from "./state/words.js";

/** How old the figures of the queues may be. */
const QUEUES_MILLISECONDS = 15_000;

const language = document.documentElement.lang;
const agent = JSON.parse(document.getElementById("desk-agent").textContent);
const allQueues = JSON.parse(document.getElementById("desk-queues").textContent);
const storage = browserStorage();
const selectedKey = `helpdesk:desk:selected:${agent.id}`;

let isRenderDue = false;
const state = new DeskState(agent, () => {
  if (isRenderDue) return;
  isRenderDue = true;
  // Not requestAnimationFrame: it rests in a tab in the background, whose title must still tell of new messages.
  queueMicrotask(render);
});
const tokens = new SessionTokens(() => requestSessionToken(document.body.dataset.tokenUrl));
const api = new Api("/api/v1/chat/", tokens);
const socket = new DeskSocket({
  url: "/chat",
  tokens,
  connection: state.connection,
  onConnect: () => client.catchUp().then(reopen),
  onDisconnect: () => client.connectionLost(),
});
const sending = new Sending({ state, api, socket, storage });
const alerts = new Alerts(storage, `helpdesk:desk:alerts:${agent.id}`);
const client = new DeskClient({ state, api, socket, sending, tell: showToast, alert: (text) => alerts.call(text) });
const routing = new Routing({ state, api, socket, client, tell: showToast });
const assistance = new Assistance({ state, socket, client, write: (chatId, text) => composer.write(chatId, text), tell: showToast });

const lists = new ListsView(state, { take: (id) => take(() => client.take(id)), open, language });
const conversation = new ConversationView(state, {
  take: (id) => take(() => client.take(id)),
  close,
  resolve: (id) => client.resolve(id),
  reopen: (id) => client.reopen(id),
  takeOver: (id) => take(() => routing.takeOver(id)),
  transfer,
  giveBack: (id) => routing.returnToQueue(id),
  resume: (id) => assistance.resume(id),
  language,
});
const timeline = new TimelineView(state, {
  older: () => client.loadOlder(state.selectedId),
  onEnd: markSeen,
  retry: (id) => sending.retry(id),
  discard: (id) => sending.discard(id),
  edit,
  remove,
  refreshMedia: (seq) => client.refreshMedia(state.selectedId, seq),
  language,
});
const composer = new ComposerView(state, {
  drafts: new Drafts(storage, `helpdesk:desk:draft:${agent.id}:`),
  say: (chatId, text) => {
    timeline.scrollToEnd();
    sending.say(chatId, text);
  },
  note: (chatId, text) => {
    timeline.scrollToEnd();
    sending.note(chatId, text);
  },
  tellTyping: (chatId, isTyping) => client.tellTyping(chatId, isTyping),
  onEdit: stopSuggesting,
});
new Attachments({
  composer,
  attach: (files) => {
    timeline.scrollToEnd();
    sending.attach(state.selectedId, files);
  },
});
const search = new SearchView({ find: (words, limit) => api.searchMessages(words, limit), open, language });
const requests = new RequestsView(state, { accept, decline: (id) => routing.decline(id), open, language });
const assisted = new AssistedView(state, { open, language });
const suggestion = new SuggestionView(state, { composer, toggle: suggest });
const views = [lists, assisted, requests, conversation, timeline, composer, suggestion, new CustomerView(state, { language, download }), new ConnectionView(state)];
const ownStatus = document.getElementById("own-status");

function render() {
  isRenderDue = false;
  for (const view of views) view.render();
  document.title = documentTitle({ unread: state.unread, waiting: state.waiting.chats.length, asked: state.requests.all.length });
  showOwnStatus();
  markSeen();
}

function showOwnStatus() {
  ownStatus.disabled = !state.connection.isOnline;
  if (state.isLoaded && document.activeElement !== ownStatus) ownStatus.value = state.team.statusOf(agent.email);
}

/** A message counts as read when the agent can see it: this chat, this tab, at the end. */
function markSeen() {
  if (state.selected && timeline.isAtEnd && document.hasFocus()) client.markRead(state.selectedId);
}

function showColumn(name) {
  document.body.dataset.column = name;
}

async function open(chatId) {
  showColumn("conversation");
  writeJson(storage, selectedKey, chatId);
  await client.open(chatId);
  composer.focus();
}

async function take(action) {
  const isRefused = (await action()) === null;
  if (isRefused || !state.selected) return;
  showColumn("conversation");
  writeJson(storage, selectedKey, state.selectedId);
  composer.focus();
}

async function edit({ id, text, media }) {
  const chatId = state.selectedId;
  const words = await askForWords(text, { mayBeEmpty: media !== null });
  if (words !== null) await client.edit(chatId, id, words);
}

async function remove(row) {
  const chatId = state.selectedId;
  if (await confirmDelete(wordsOf(row))) await client.remove(chatId, row.id);
}

async function download({ id, customerName }, format) {
  try {
    saveFile(await api.transcript(id, format), `${customerName} ${id}.${format}`);
  } catch (error) {
    showToast(error.message, "error");
  }
}

async function close(deskChat) {
  if (await confirmClose(deskChat.customerName)) await client.close(deskChat.id);
}

function accept(chatId) {
  return take(() => routing.accept(chatId));
}

/** Has a reply suggested in one's own chat; a second time, no more of it. */
function suggest() {
  const { selected, selectedId } = state;
  if (stopSuggesting(selectedId) || selected?.standing !== Standing.MINE || !selected.chat.assistant || composer.isNote) return;
  assistance.suggest(selectedId, composer.draftOf(selectedId));
  composer.focus();
}

/** Returns whether a reply was just being suggested in this chat. */
function stopSuggesting(chatId) {
  const isSuggesting = state.suggestion !== null && state.suggestion.chatId === chatId;
  if (isSuggesting) assistance.stop();
  return isSuggesting;
}

async function transfer(deskChat) {
  const { id, customerName } = deskChat;
  const agents = state.team.members.filter(({ email, status }) => status !== "offline" && email !== agent.email);
  const to = await askWhereTo({ customerName, agents, queues: allQueues.filter(({ _id }) => _id !== deskChat.chat.queue?.id) });
  if (to?.agent) await routing.transferToAgent(id, to.agent, to.note);
  else if (to) await routing.transferToQueue(id, to.queueId, to.note);
}

/** After a reload, the chat that was shown before it. */
function reopen() {
  const chatId = readJson(storage, selectedKey);
  if (!state.selected && state.myChats.some((deskChat) => deskChat.id === chatId)) client.open(chatId);
}

document.getElementById("take-next").addEventListener("click", () => take(() => client.takeNext()));
document.getElementById("back-to-lists").addEventListener("click", () => showColumn("lists"));
document.getElementById("show-customer").addEventListener("click", () => showColumn("customer"));
document.getElementById("back-to-conversation").addEventListener("click", () => showColumn("conversation"));
document.getElementById("show-shortcuts").addEventListener("click", showShortcuts);
ownStatus.addEventListener("change", () => client.setStatus(ownStatus.value));
listenToKeyboard({
  takeNext: () => take(() => client.takeNext()),
  switchChat: (step) => {
    const id = state.neighbour(step);
    if (id) open(id);
  },
  focusComposer: () => composer.focus(),
  switchMode: () => composer.switchMode(),
  resolve: () => {
    if (state.selected?.standing === Standing.MINE) client.resolve(state.selectedId);
  },
  accept: () => {
    if (state.requests.first) accept(state.requests.first.chatId);
  },
  decline: () => {
    if (state.requests.first) routing.decline(state.requests.first.chatId);
  },
  transfer: () => {
    if (state.selected?.standing === Standing.MINE) transfer(state.selected);
  },
  takeOver: () => {
    if (state.selected?.mayTakeOver) take(() => routing.takeOver(state.selectedId));
  },
  resume: () => {
    if (state.selected?.standing === Standing.MINE && state.selected.chat.assistant) assistance.resume(state.selectedId);
  },
  suggest,
  search: () => {
    showColumn("lists");
    search.focus();
  },
  leave: () => {
    if (stopSuggesting(state.selectedId)) return;
    showColumn("lists");
    lists.focus();
  },
});
window.addEventListener("focus", markSeen);
window.addEventListener("online", () => socket.reconnectNow());
window.addEventListener("offline", () => state.connection.networkLost());
setInterval(() => {
  lists.tick();
  requests.tick();
}, 1000);
setInterval(() => routing.loadQueues(), QUEUES_MILLISECONDS);
render();
socket.connect();
