"""Every fact the server tells, in no dialect's words: the dialects in `chat.gateway` give each its names.

Events travel between processes as MessagePack, so they hold plain values only. Ids are texts.
A *durable* event carries the conversation's `version` that it made; the hub delivers them in that
order without gaps. The others are lost when nobody is there to hear them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

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


class MediaFacts(msgspec.Struct, frozen=True, array_like=True):
    """A file of a message; `size` in bytes, `width` and `height` in pixels where it has them."""

    id: str
    type: str
    format: str
    name: str
    size: int
    width: int | None = None
    height: int | None = None
    has_thumbnail: bool = False


class MessageFacts(msgspec.Struct, frozen=True, array_like=True):
    """One message. `is_read`: somebody of the other side has read it. A deleted one says nothing any more."""

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
    media: MediaFacts | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class NoteFacts(msgspec.Struct, frozen=True, array_like=True):
    """An internal note, which only agents see; it stands after the message of `after_seq`."""

    id: str
    conversation_id: str
    version: int
    after_seq: int
    author: Person | None
    text: str
    client_message_id: str | None
    created_at: datetime


class RatingFacts(msgspec.Struct, frozen=True, array_like=True):
    """What the customer thought of it: 1 to 5."""

    score: int
    comment: str


class ConversationFacts(msgspec.Struct, frozen=True, array_like=True):
    """A conversation's state.

    `unread` counts for each participant's id what it has not read of others, `read` says up to which `seq`
    each has read. `context` is what the customer's client said of itself. `priority` and `skills` say who
    gets it out of a queue, and `queue_timed_out` that its customer was told that nobody has come.
    """

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
    read: dict[str, int] = {}
    rating: RatingFacts | None = None
    context: dict[str, Any] = {}
    priority: int = 0
    skills: tuple[str, ...] = ()
    queue_timed_out: bool = False
    assistant: Person | None = None

    @property
    def handler(self) -> str | None:
        """Who has it: "agent", "queue", "assistant", or nobody any more (SPEC §5)."""
        if self.status == "closed":
            return None
        if self.agent:
            return "agent"
        return {"waiting": "queue", "open": "assistant"}.get(self.status)


class MessageCreated(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: somebody said something. `notify` are the ids of those it concerns, the sender excepted."""

    conversation_id: str
    version: int
    message: MessageFacts
    notify: tuple[str, ...]


class MessageRevised(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: a message was edited or, where it says so, deleted."""

    conversation_id: str
    version: int
    message: MessageFacts


class NoteCreated(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: an agent wrote an internal note. For agents and admins alone."""

    conversation_id: str
    version: int
    note: NoteFacts


class ReceiptChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: a participant has read up to `seq`."""

    conversation_id: str
    version: int
    seq: int
    message_id: str
    reader: Person
    read_at: datetime


class ConversationChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Durable: the status, the assignment, the rating or the customer's profile is now this.

    `kind` is that of the transition, or "rated", "profile", "queue-timeout"; empty where only the outcome is
    known.
    """

    conversation_id: str
    version: int
    conversation: ConversationFacts
    kind: str = ""


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
    """A conversation came into a queue ("added", or "escalated" where the customer needs a person), left it
    ("removed"), or its customer wrote ("message"). One that the assistant begins to answer is "assisted".

    `waiting` counts the line where it changed; `taken_by` is the agent who has the conversation now; `reason`
    is why it was escalated, `priority` and `skills` say who gets it.
    """

    kind: str
    queue_id: str
    conversation_id: str
    waiting: int | None = None
    customer: Person | None = None
    preview: str = ""
    waiting_since: datetime | None = None
    taken_by: Person | None = None
    priority: int = 0
    skills: tuple[str, ...] = ()
    reason: str = ""


class QueuePositionChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Where a waiting conversation stands, 1 for the next; `eta` in seconds, None where nobody can say."""

    conversation_id: str
    position: int
    eta: int | None


class ChatOffered(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """An agent is asked whether it takes a conversation: out of a queue, or from `from_agent`, who has it."""

    agent_id: str
    conversation_id: str
    customer: Person
    queue: QueueName | None
    asked_at: datetime
    expires_at: datetime
    preview: str = ""
    waiting_since: datetime | None = None
    priority: int = 0
    skills: tuple[str, ...] = ()
    from_agent: Person | None = None
    note: str = ""


class OfferEnded(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """An agent is not asked any more: it did not answer ("timeout"), or the conversation went elsewhere
    ("withdrawn")."""

    agent_id: str
    conversation_id: str
    reason: str


class TransferRefused(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Whoever an agent asked to take its conversation has "declined", did not answer ("timeout"), or it went
    elsewhere ("withdrawn")."""

    agent_id: str
    conversation_id: str
    to_agent: Person
    reason: str


class InactivityWarned(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Nobody has said anything for a while; the conversation closes at this time."""

    conversation_id: str
    closes_at: datetime


class StreamChunk(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The assistant says more (SPEC §9): `text` stands at `offset`, counted in characters, of the answer.

    `since` is the conversation's version when the answer began: where somebody else has taken it since, no
    more of it is heard.
    """

    conversation_id: str
    stream_id: str
    since: int
    offset: int
    text: str


class StreamTool(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The assistant uses a tool, or, with a `result`, has used it."""

    conversation_id: str
    stream_id: str
    since: int
    name: str
    arguments: dict[str, Any]
    result: str | None = None


class StreamEnded(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """An answer is whole and stands as the message `message_id`, or was cut and never said.

    `reason`: "complete", "handed-over", "cut" (somebody else has the chat), "failed".
    """

    conversation_id: str
    stream_id: str
    message_id: str | None
    reason: str


class StreamMissed(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A process lacks what came before in an answer, and asks the one that gives it."""

    conversation_id: str
    stream_id: str


class CustomMessage(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A client's application has something for the others in a conversation; it is stored nowhere."""

    conversation_id: str
    sender: Person
    data: dict[str, Any]


class AccessChanged(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What somebody, or everybody of a widget, may do may have changed: look before its sockets go on."""

    user_id: str | None = None
    widget_id: str | None = None


DurableEvent = MessageCreated | MessageRevised | NoteCreated | ReceiptChanged | ConversationChanged
QueueEvent = QueueChanged | QueuePositionChanged | ChatOffered | OfferEnded | TransferRefused
StreamEvent = StreamChunk | StreamTool | StreamEnded | StreamMissed
Event = (
    DurableEvent
    | TypingChanged
    | PresenceChanged
    | QueueEvent
    | InactivityWarned
    | CustomMessage
    | StreamEvent
    | AccessChanged
)

DURABLE_EVENTS = (MessageCreated, MessageRevised, NoteCreated, ReceiptChanged, ConversationChanged)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Event])


def pack(events: list[Event]) -> bytes:
    """Write events as bytes for other processes."""
    return _encoder.encode(events)


def unpack(data: bytes) -> list[Event]:
    """Read what `pack` wrote. Raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(data)
