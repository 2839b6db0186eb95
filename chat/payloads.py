"""What facts look like on the wire: one shape for each thing in each dialect, for sockets and REST alike.

A payload that may hold media is made for one `viewer`, the id of a person: the addresses of media open for
nobody else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from chat.events import (
    ConversationFacts,
    CustomMessage,
    MediaFacts,
    MessageFacts,
    NoteFacts,
    Person,
    RatingFacts,
    StreamChunk,
    StreamEnded,
    StreamTool,
)
from chat.media import links

Payload = dict[str, Any]

ROLE_NAMES = {"customer": "User", "agent": "Support", "admin": "Admin", "assistant": "Support"}
"""What the roles are called on namespace `/` and over REST (SPEC §1).

Client programs know three: for them the assistant is one who answers. `fromAssistant` tells the difference.
"""


@lru_cache(1_000)  # all messages of a transaction have one moment, and each is told several times
def timestamp(moment: datetime) -> str:
    """Write a time as ISO 8601 UTC with milliseconds and `Z` (SPEC §5)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def optional_timestamp(moment: datetime | None) -> str | None:
    """As `timestamp`, of a time that may not have come."""
    return None if moment is None else timestamp(moment)


def media(facts: MediaFacts | None, viewer: str) -> Payload | None:
    """A file of a message, on both namespaces and over REST (SPEC §5.1)."""
    if facts is None:
        return None
    thumbnail = links.url(facts.id, viewer, thumbnail=True) if facts.has_thumbnail else None
    return {
        "_id": facts.id,
        "name": facts.name,
        "type": facts.type,
        "url": links.url(facts.id, viewer),
        "thumbnailUrl": thumbnail,
        "format": facts.format,
        "size": facts.size,
        "width": facts.width,
        "height": facts.height,
    }


def rating(facts: RatingFacts | None) -> Payload | None:
    """What the customer thought of it."""
    return {"score": facts.score, "comment": facts.comment} if facts else None


def sent(facts: MessageFacts) -> Payload:
    """What a sender is told of its stored message, on both namespaces (SPEC §5)."""
    answer: Payload = {"messageId": facts.id, "seq": facts.seq, "timestamp": timestamp(facts.created_at)}
    return (
        answer if facts.client_message_id is None else {**answer, "clientMessageId": facts.client_message_id}
    )


# Namespace `/` and REST (SPEC §5.1)


def message(facts: MessageFacts, viewer: str) -> Payload:
    """A message as namespace `/` and REST show it."""
    return {
        "_id": facts.id,
        "conversationId": facts.conversation_id,
        "seq": facts.seq,
        "senderId": support(facts.sender),
        "fromAssistant": _is_assistant(facts.sender),
        "messageType": facts.type,
        "content": facts.text,
        "media": media(facts.media, viewer),
        "isRead": facts.is_read,
        "clientMessageId": facts.client_message_id,
        "createdAt": timestamp(facts.created_at),
        "editedAt": optional_timestamp(facts.edited_at),
        "deletedAt": optional_timestamp(facts.deleted_at),
    }


def note(facts: NoteFacts) -> Payload:
    """An internal note, for agents and admins alone."""
    return {
        "_id": facts.id,
        "conversationId": facts.conversation_id,
        "afterSeq": facts.after_seq,
        "authorId": support(facts.author),
        "content": facts.text,
        "clientMessageId": facts.client_message_id,
        "createdAt": timestamp(facts.created_at),
    }


def conversation(facts: ConversationFacts) -> Payload:
    """A conversation as namespace `/` and REST show it."""
    return {
        "_id": facts.id,
        "userId": {
            "_id": facts.customer.id,
            "first_name": facts.customer.first_name,
            "last_name": facts.customer.last_name,
            "phone": facts.customer.phone,
            "isOnline": facts.customer_is_online,
        },
        "assignedSupportId": support(facts.agent),
        "status": facts.status,
        "handler": facts.handler,
        "assistant": assistant(facts.assistant),
        "unreadCount": facts.unread,
        "readSeq": facts.read,
        "rating": rating(facts.rating),
        "context": facts.context,
        "lastSeq": facts.last_seq,
        "queue": queue(facts),
        "priority": facts.priority,
        "requiredSkills": list(facts.skills),
        "queueTimedOut": facts.queue_timed_out,
        "createdAt": timestamp(facts.created_at),
        "updatedAt": timestamp(facts.updated_at),
    }


def support(person: Person | None) -> Payload | None:
    """A person as the sender of a message or the one who answers."""
    if person is None:
        return None
    return {
        "_id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "role": ROLE_NAMES.get(person.role, person.role),
    }


def assistant(person: Person | None) -> Payload | None:
    """The assistant of a conversation, which answers while its handler is "assistant"."""
    return {"_id": person.id, "name": person.name} if person else None


def _is_assistant(sender: Person | None) -> bool:
    return sender is not None and sender.role == "assistant"


def queue(facts: ConversationFacts) -> Payload | None:
    """The queue of a conversation."""
    return {"id": facts.queue.id, "name": facts.queue.name} if facts.queue else None


# Namespace `/chat` (SPEC §5.2)


def chat_message(facts: MessageFacts, viewer: str) -> Payload:
    """A message as namespace `/chat` shows it."""
    sender = facts.sender
    return {
        "pk": facts.id,
        "id": facts.id,
        "chatId": facts.conversation_id,
        "seq": facts.seq,
        "text": facts.text,
        "from": sender.email if sender else "",
        "fromId": sender.id if sender else None,
        "fromEmail": sender.email if sender else "",
        "fromName": sender.name if sender else "",
        "fromAgent": sender is not None and sender.role != "customer",
        "fromAssistant": _is_assistant(sender),
        "sentAt": timestamp(facts.created_at),
        "type": facts.type,
        "media": media(facts.media, viewer),
        "clientMessageId": facts.client_message_id,
        "isRead": facts.is_read,
        "editedAt": optional_timestamp(facts.edited_at),
        "deletedAt": optional_timestamp(facts.deleted_at),
    }


def chat_note(facts: NoteFacts) -> Payload:
    """An internal note as namespace `/chat` shows it to agents."""
    return {
        "id": facts.id,
        "chatId": facts.conversation_id,
        "afterSeq": facts.after_seq,
        "text": facts.text,
        "fromId": facts.author.id if facts.author else None,
        "fromName": facts.author.name if facts.author else "",
        "sentAt": timestamp(facts.created_at),
        "clientMessageId": facts.client_message_id,
    }


def chat(facts: ConversationFacts, user_id: str) -> Payload:
    """A conversation as namespace `/chat` shows it to one person."""
    return {
        "chatId": facts.id,
        "status": facts.status,
        "handler": facts.handler,
        "customer": identity(facts.customer),
        "agent": identity(facts.agent),
        "assistant": assistant(facts.assistant),
        "queue": queue(facts),
        "lastSeq": facts.last_seq,
        "unread": facts.unread.get(user_id, 0),
        "read": facts.read,
        "rating": rating(facts.rating),
        "closeReason": facts.close_reason,
        "priority": facts.priority,
        "skills": list(facts.skills),
        "queueTimedOut": facts.queue_timed_out,
        "createdAt": timestamp(facts.created_at),
    }


def identity(person: Person | None) -> Payload | None:
    """A person by e-mail address and name."""
    return {"email": person.email, "name": person.name} if person else None


def custom_message(event: CustomMessage) -> Payload:
    """What an application has for the others in a chat, and who said so."""
    return {
        "chatId": event.conversation_id,
        "data": event.data,
        "from": event.sender.email,
        "fromId": event.sender.id,
        "fromName": event.sender.name,
    }


def stream_event(event: StreamChunk | StreamTool | StreamEnded) -> Payload:
    """One event of an answer that is just being given, as `chat-stream` says it (SPEC §9)."""
    return {"chatId": event.conversation_id, "streamId": event.stream_id, **_stream_part(event)}


def _stream_part(event: StreamChunk | StreamTool | StreamEnded) -> Payload:
    match event:
        case StreamChunk():
            return {"event": "chunk", "text": event.text, "offset": event.offset}
        case StreamTool(result=None):
            return {"event": "tool-use", "name": event.name, "arguments": event.arguments}
        case StreamTool():
            return {"event": "tool-result", "name": event.name, "result": event.result}
        case StreamEnded():
            return {"event": "end", "messageId": event.message_id, "reason": event.reason}
