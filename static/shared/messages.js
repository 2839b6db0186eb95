/** The two shapes a message has on the wire, brought to one: the `/chat` message (SPEC §5.2). */

/** A REST (or namespace `/`) message (SPEC §5.1) as a `/chat` message. */
export function chatMessageFromRest(message) {
  const sender = message.senderId;
  const name = sender ? [sender.first_name, sender.last_name].filter(Boolean).join(" ") : "";
  return {
    pk: message._id,
    id: message._id,
    chatId: message.conversationId,
    seq: message.seq,
    text: message.content ?? "",
    from: sender?.email ?? null,
    fromId: sender?._id ?? null,
    fromEmail: sender?.email ?? null,
    fromName: name,
    fromAgent: Boolean(sender) && sender.role !== "User",
    sentAt: message.createdAt,
    type: message.messageType,
    media: message.media ?? null,
    clientMessageId: message.clientMessageId ?? null,
    isRead: message.isRead === true,
  };
}

/** A line of the conversation itself ("Alice joined"), written by nobody. */
export function isSystemMessage(message) {
  return message.type === "system";
}
