/** What the server's events (SPEC §5.2) do to the desk's state. */

import { Standing } from "./desk-chat.js";
import { authorOf, isStaffRole } from "./people.js";

/**
 * What an event asks to be done besides showing the new state.
 * @typedef {{type: "tell", text: string} | {type: "alert", text: string} | {type: "join", chatId: string}} Effect
 */

/**
 * Takes an event of the server.
 * @param {import("./desk-state.js").DeskState} state
 * @returns {Effect[]}
 */
export function applyEvent(state, event, data) {
  const effects = HANDLERS[event](state, data) ?? [];
  state.changed();
  return effects;
}

const HANDLERS = {
  messages(state, messages) {
    for (const message of messages) state.chatOf(message.chatId).conversation.apply(message);
  },

  "chat-message"(state, message) {
    const deskChat = state.find(message.chatId);
    if (!deskChat) return [];
    deskChat.applyMessage(message);
    return deskChat.conversation.missingAfter === null ? [] : [{ type: "join", chatId: message.chatId }];
  },

  /** A suggestion is no part of the chat. */
  "chat-stream"(state, part) {
    if (!part.suggestion) state.find(part.chatId)?.conversation.applyStream(part);
  },

  "message-read"(state, receipt) {
    state.find(receipt.chatId)?.conversation.applyRead(receipt);
  },

  "message-updated"(state, message) {
    state.find(message.chatId)?.conversation.applyRevision(message);
  },

  "message-deleted"(state, message) {
    state.find(message.chatId)?.conversation.applyRevision(message);
  },

  "chat-note"(state, note) {
    state.find(note.chatId)?.notes.apply(note);
  },

  "chat-rated"(state, { chatId, score, comment }) {
    const deskChat = state.find(chatId);
    if (!deskChat) return [];
    state.updateChat(chatId, { rating: { score, comment } });
    return [{ type: "tell", text: `${deskChat.customerName} rated the chat: ${score} of 5` }];
  },

  "customer-updated"(state, { chatId, customer }) {
    state.updateChat(chatId, { customer });
  },

  "queue-notification"(state, notification) {
    state.assisted.applyNotification(notification);
    if (notification.type === "assisted") return given(state, notification.chatId);
    state.waiting.applyNotification(notification);
    if (notification.type !== "escalated") return [];
    const name = state.waiting.nameOf(notification.chatId);
    return [{ type: "tell", text: `${name} needs a person${notification.reason ? `: ${notification.reason}` : ""}` }];
  },

  "chat-request"(state, request) {
    return asked(state, request);
  },

  "transfer-request"(state, request) {
    return asked(state, request);
  },

  "chat-request-timeout"(state, { chatId, reason }) {
    const request = state.requests.remove(chatId);
    if (!request || reason !== "timeout") return [];
    return [{ type: "tell", text: `Your time to take the chat with ${request.customerName} is over` }];
  },

  "transfer-declined"(state, { chatId, toAgent, reason }) {
    const deskChat = state.find(chatId);
    if (deskChat) deskChat.askedAgent = null;
    if (reason === "withdrawn") return [];
    const words = reason === "timeout" ? "did not answer" : "declined";
    return [{ type: "tell", text: `${toAgent.name || toAgent.email} ${words}: the chat with ${nameOf(state, chatId)} stays yours` }];
  },

  "chat-claimed"(state, { chatId, agentName, agentEmail }) {
    const customerName = state.waiting.nameOf(chatId);
    left(state, chatId);
    if (agentEmail === state.agent.email) return [];
    const name = agentName || agentEmail;
    state.updateChat(chatId, { status: "open", handler: "agent", agent: { name, email: agentEmail } });
    return [{ type: "tell", text: customerName ? `Chat with ${customerName} claimed by ${name}` : `Chat claimed by ${name}` }];
  },

  "chat-assigned"(state, { chatId, agentName, agentEmail }) {
    left(state, chatId);
    const deskChat = state.find(chatId);
    const wasMine = deskChat?.standing === Standing.MINE;
    const name = agentName || agentEmail;
    if (deskChat) deskChat.askedAgent = null;
    state.updateChat(chatId, { status: "open", handler: "agent", agent: { name, email: agentEmail } });
    if (agentEmail === state.agent.email) return deskChat?.chat ? [] : [{ type: "join", chatId }];
    return wasMine ? [{ type: "tell", text: `Chat with ${deskChat.customerName} given to ${name}` }] : [];
  },

  /** To another agent: `chat-assigned` follows. To nobody: the assistant has it. */
  "chat-transferred"(state, { chatId, toQueue, toAgent, priority, skills }) {
    const deskChat = state.find(chatId);
    if (deskChat && !toQueue && !toAgent) return given(state, chatId);
    if (!deskChat || !toQueue) return [];
    const wasMine = deskChat.standing === Standing.MINE;
    deskChat.askedAgent = null;
    state.updateChat(chatId, { status: "waiting", handler: "queue", agent: null, queue: toQueue, priority, skills });
    return wasMine ? [{ type: "tell", text: `Chat with ${deskChat.customerName} waits in ${toQueue.name}` }] : [];
  },

  "chat-resolved"(state, { chatId }) {
    left(state, chatId);
    const deskChat = state.find(chatId);
    if (deskChat) deskChat.closesAt = null;
    state.updateChat(chatId, { status: "resolved", handler: null });
  },

  "chat-closed"(state, { chatId, reason, closedBy }) {
    left(state, chatId);
    const deskChat = state.find(chatId);
    if (!deskChat) return [];
    const wasMine = deskChat.standing === Standing.MINE;
    deskChat.ending = endingText(deskChat, { reason, closedBy }, state.agent);
    deskChat.closesAt = null;
    state.updateChat(chatId, { status: "closed", handler: null });
    const isOwnDoing = closedBy === state.agent.id;
    return wasMine && !isOwnDoing ? [{ type: "tell", text: `Chat with ${deskChat.customerName} closed` }] : [];
  },

  "inactivity-warning"(state, { chatId, closesAt }) {
    const deskChat = state.find(chatId);
    if (deskChat) deskChat.closesAt = closesAt;
  },

  "presence-change"(state, presence) {
    if (presence.chatId) {
      state.find(presence.chatId)?.applyPresence(presence);
    } else if (isStaffRole(presence.role)) {
      state.team.applyPresence(presence);
    } else {
      for (const deskChat of state.knownChats) {
        if (deskChat.isCustomer(presence)) deskChat.applyPresence(presence);
      }
    }
  },
};

/** A chat waits no more, and the assistant has it no more. */
function left(state, chatId) {
  state.waiting.remove(chatId);
  state.assisted.remove(chatId);
}

/** The assistant has a chat now. */
function given(state, chatId) {
  state.waiting.remove(chatId);
  const wasMine = state.find(chatId)?.standing === Standing.MINE;
  state.updateChat(chatId, { status: "open", handler: "assistant", agent: null });
  return wasMine ? [{ type: "join", chatId }] : [];
}

function asked(state, request) {
  const isNew = !state.requests.has(request.chatId);
  state.requests.add(request);
  return isNew ? [{ type: "alert", text: `${nameOf(state, request.chatId)} is waiting for your answer` }] : [];
}

function nameOf(state, chatId) {
  return state.requests.get(chatId)?.customerName ?? state.find(chatId)?.customerName ?? "a visitor";
}

/** The events to listen to. */
export const EVENTS = Object.keys(HANDLERS);

function endingText({ conversation }, { reason, closedBy }, agent) {
  if (closedBy === agent.id) return "You closed this chat.";
  if (reason === "inactivity") return "Closed because nobody wrote any more.";
  const words = closedBy && conversation.messages.find((message) => authorOf(message) === closedBy);
  if (!words) return "This chat is closed.";
  return words.fromAgent ? `${words.fromName} closed this chat.` : "The customer closed this chat.";
}
