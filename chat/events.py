"""Every fact the server tells, in no dialect's words: the dialects in `chat.gateway` give each its names.

Events travel between processes as MessagePack, so they hold plain values only. Ids are texts.
A *durable* event carries the conversation's `version` that it made; the hub delivers them in that
order without gaps. The others are lost when nobody is there to hear them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Person(msgspec.Struct, frozen=True, array_like=True):
    """Somebody, as others in a conversation see them."""

    id: str
    role: str
    email: str
    first_name: str
    last_name: str
    phone: str = ""

    @property
    def name(self) -> str:
        """The full name, else the e-mail address, else "Visitor"."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or "Visitor"


class QueueName(msgspec.Struct, frozen=True, array_like=True):
    """A queue, as others see it."""

    id: str
    name: str


class MessageFacts(msgspec.Struct, frozen=True, array_like=True):
    """One message. `is_read`: somebody of the other side has read it."""

    id: str
    conversation_id: str
    seq: int
    version: int
    type: str
    text: str
    sender: Person | None
    client_message_id: str | None
    created_at: datetime
    is_read: bool = False


class ConversationFacts(msgspec.Struct, frozen=True, array_like=True):
    """A conversation's state. `unread` counts for each participant's id what it has not read of others."""

    id: str
    organization_id: str
    status: str
    customer: Person
    agent: Person | None
    queue: QueueName | None
    last_seq: int
    version: int
    unread: dict[str, int]
    created_at: datetime
    updated_at: datetime
    close_reason: str = ""
    closed_by: Person | None = None
    customer_is_online: bool = False

    @property
    def handler(self) -> str | None:
        """Who has it: "agent", "queue", or nobody any more (SPEC §5)."""
        if self.status == "closed":
            return None
        return "agent" if self.agent else "queue"


class MessageCreated(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: somebody said something. `notify` are the ids of those it concerns, the sender excepted."""

    conversation_id: str
    version: int
    message: MessageFacts
    notify: tuple[str, ...]


class ReceiptChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: a participant has read up to `seq`."""

    conversation_id: str
    version: int
    seq: int
    message_id: str
    reader: Person
    read_at: datetime


class ConversationChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: the status or the assignment is now this."""

    conversation_id: str
    version: int
    conversation: ConversationFacts


class TypingChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Somebody began or stopped typing."""

    conversation_id: str
    person: Person
    is_typing: bool


class PresenceChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Somebody's status is now this; `rooms` are those who may know."""

    person: Person
    status: str
    at: datetime
    rooms: tuple[str, ...]


class QueueChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A conversation came into a queue ("added"), left it ("removed"), or its customer wrote ("message").

    `waiting` counts the line where it changed; `taken_by` is the agent who has the conversation now.
    """

    kind: str
    queue_id: str
    conversation_id: str
    waiting: int | None = None
    customer: Person | None = None
    preview: str = ""
    waiting_since: datetime | None = None
    taken_by: Person | None = None


class InactivityWarned(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Nobody has said anything for a while; the conversation closes at this time."""

    conversation_id: str
    closes_at: datetime


DurableEvent = MessageCreated | ReceiptChanged | ConversationChanged
Event = DurableEvent | TypingChanged | PresenceChanged | QueueChanged | InactivityWarned

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Event])


def pack(events: list[Event]) -> bytes:
    """Write events as bytes for other processes."""
    return _encoder.encode(events)


def unpack(data: bytes) -> list[Event]:
    """Read what `pack` wrote. Raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(data)
