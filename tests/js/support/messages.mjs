/** Messages as the `/chat` namespace sends them (SPEC §5.2). */

export function chatMessage(seq, overrides = {}) {
  return {
    pk: `message-${seq}`,
    id: `message-${seq}`,
    chatId: "chat-1",
    seq,
    text: `Text ${seq}`,
    from: "alice@example.com",
    fromEmail: "alice@example.com",
    fromName: "Alice",
    fromAgent: true,
    sentAt: "2026-03-09T10:00:00.000Z",
    type: "text",
    media: null,
    clientMessageId: null,
    ...overrides,
  };
}

export function ownMessage(seq, overrides = {}) {
  return chatMessage(seq, { from: "vera@example.com", fromEmail: "vera@example.com", fromName: "Vera", fromAgent: false, ...overrides });
}

export function systemMessage(seq, text = "Alice joined") {
  return chatMessage(seq, { text, from: null, fromEmail: null, fromName: "", fromAgent: false, type: "system" });
}

export function assistantMessage(seq, overrides = {}) {
  return chatMessage(seq, { from: "", fromEmail: "", fromId: "ada", fromName: "Ada", fromAssistant: true, ...overrides });
}

/** A `chat-stream` (SPEC §9). */
export function streamPart(event, data) {
  return { chatId: "chat-1", streamId: "stream-1", event, ...data };
}

export function chunk(text, offset = 0, streamId = "stream-1") {
  return streamPart("chunk", { text, offset, streamId });
}

export function streamEnd(messageId, reason = "complete") {
  return streamPart("end", { messageId, reason });
}

export function chatState(overrides = {}) {
  return {
    chatId: "chat-1",
    status: "open",
    handler: "agent",
    customer: { email: "vera@example.com", name: "Vera" },
    agent: { email: "alice@example.com", name: "Alice" },
    queue: null,
    lastSeq: 0,
    unread: 0,
    createdAt: "2026-03-09T09:59:00.000Z",
    ...overrides,
  };
}
