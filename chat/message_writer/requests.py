"""What the writer is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.tokens import Principal
from chat.errors import Conflict
from chat.events import MessageCreated, ReceiptChanged


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Store a text, or a file with a text that may be empty.

    `client_message_id` makes a resend return the first message (SPEC §4). `type` is what the client says the
    message is; where it names one, the file must be of it.
    """

    sender: Principal
    conversation_id: UUID
    text: str
    client_message_id: str | None = None
    media_id: UUID | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Remember that somebody has read up to a message; without `message_id` up to the last."""

    reader: Principal
    conversation_id: UUID
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored message; `is_new` is False where a resend found the first one.

    `listed_in` is the queue whose agents see the conversation in their lists, because it waits there or the
    assistant has it; `is_owed` says that the assistant is to answer.
    """

    created: MessageCreated
    is_new: bool
    listed_in: UUID | None = None
    is_owed: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Up to which message somebody has read; `receipt` is None where nothing new was read."""

    seq: int
    receipt: ReceiptChanged | None


class ConversationResolved(Conflict):
    """The customer writes into a resolved conversation, which must be opened again first (SPEC §3)."""

    code = "conversation_resolved"


Request = SendMessage | MarkRead
Answer = Sent | Read
