"""What facts look like on the wire: one shape for each thing in each dialect, for sockets and REST alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chat.events import ConversationFacts, MessageFacts, Person

Payload = dict[str, Any]

ROLE_NAMES = {"customer": "User", "agent": "Support", "admin": "Admin"}
"""What the roles are called on namespace `/` and over REST (SPEC §1)."""


def timestamp(moment: datetime) -> str:
    """Write a time as ISO 8601 UTC with milliseconds and `Z` (SPEC §5)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def sent(facts: MessageFacts) -> Payload:
    """What a sender is told of its stored message, on both namespaces (SPEC §5)."""
    answer: Payload = {"messageId": facts.id, "seq": facts.seq, "timestamp": timestamp(facts.created_at)}
    return (
        answer if facts.client_message_id is None else {**answer, "clientMessageId": facts.client_message_id}
    )


# Namespace `/` and REST (SPEC §5.1)


def message(facts: MessageFacts) -> Payload:
    """A message as namespace `/` and REST show it."""
    return {
        "_id": facts.id,
        "conversationId": facts.conversation_id,
        "seq": facts.seq,
        "senderId": support(facts.sender),
        "messageType": facts.type,
        "content": facts.text,
        "media": None,
        "isRead": facts.is_read,
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
        "unreadCount": facts.unread,
        "lastSeq": facts.last_seq,
        "queue": queue(facts),
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


def queue(facts: ConversationFacts) -> Payload | None:
    """The queue of a conversation."""
    return {"id": facts.queue.id, "name": facts.queue.name} if facts.queue else None


# Namespace `/chat` (SPEC §5.2)


def chat_message(facts: MessageFacts) -> Payload:
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
        "sentAt": timestamp(facts.created_at),
        "type": facts.type,
        "media": None,
        "clientMessageId": facts.client_message_id,
        "isRead": facts.is_read,
    }


def chat(facts: ConversationFacts, user_id: str) -> Payload:
    """A conversation as namespace `/chat` shows it to one person."""
    return {
        "chatId": facts.id,
        "status": facts.status,
        "handler": facts.handler,
        "customer": identity(facts.customer),
        "agent": identity(facts.agent),
        "queue": queue(facts),
        "lastSeq": facts.last_seq,
        "unread": facts.unread.get(user_id, 0),
        "createdAt": timestamp(facts.created_at),
    }


def identity(person: Person | None) -> Payload | None:
    """A person by e-mail address and name."""
    return {"email": person.email, "name": person.name} if person else None
