/** The two shapes messages and conversations have on the wire, brought to one: that of `/chat` (SPEC §5, §5.2). */

/** A REST (or namespace `/`) message (SPEC §5.1) as a `/chat` message. */
export function chatMessageFromRest(message) {
  const sender = message.senderId;
  return {
    pk: message._id,
    id: message._id,
    chatId: message.conversationId,
    seq: message.seq,
    text: message.content ?? "",
    from: sender?.email ?? null,
    fromId: sender?._id ?? null,
    fromEmail: sender?.email ?? null,
    fromName: fullName(sender),
    fromAgent: Boolean(sender) && sender.role !== "User",
    fromAssistant: message.fromAssistant === true,
    sentAt: message.createdAt,
    type: message.messageType,
    media: message.media ?? null,
    clientMessageId: message.clientMessageId ?? null,
    isRead: message.isRead === true,
    editedAt: message.editedAt ?? null,
    deletedAt: message.deletedAt ?? null,
  };
}

/** A REST note as `/chat` has it: for the team alone. */
export function chatNoteFromRest(note) {
  return {
    id: note._id,
    chatId: note.conversationId,
    afterSeq: note.afterSeq,
    text: note.content,
    fromId: note.authorId?._id ?? null,
    fromName: fullName(note.authorId),
    sentAt: note.createdAt,
    clientMessageId: note.clientMessageId ?? null,
  };
}

/** A REST (or namespace `/`) conversation (SPEC §5.1) as a `/chat` one, seen by this person. */
export function chatFromRest(conversation, ownId) {
  const { userId: customer, assignedSupportId: agent, status } = conversation;
  return {
    chatId: conversation._id,
    status,
    handler: conversation.handler,
    customer: { name: fullName(customer) },
    agent: agent && { name: fullName(agent) },
    assistant: conversation.assistant,
    queue: conversation.queue,
    lastSeq: conversation.lastSeq,
    unread: conversation.unreadCount?.[ownId] ?? 0,
    read: conversation.readSeq,
    rating: conversation.rating,
    priority: conversation.priority ?? 0,
    skills: conversation.requiredSkills ?? [],
    queueTimedOut: conversation.queueTimedOut ?? false,
    createdAt: conversation.createdAt,
  };
}

/** When a message was last edited or deleted, "" for never; as times of one form these compare as texts. */
export function revisionOf({ editedAt, deletedAt }) {
  return deletedAt ?? editedAt ?? "";
}

/** A line of the conversation itself ("Alice joined"), written by nobody. */
export function isSystemMessage(message) {
  return message.type === "system";
}

function fullName(person) {
  return [person?.first_name, person?.last_name].filter(Boolean).join(" ");
}
