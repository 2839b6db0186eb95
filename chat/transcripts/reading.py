"""Reads a conversation as a heading and lines, the lines a few hundred at a time however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Length

from accounts.models import User
from chat.models import Conversation, Media, Message, MessageType, Status
from chat.transcripts.cleaning import lines_of, one_line

LINES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """What a transcript says of the conversation as a whole. Names are on one line each."""

    conversation_id: str
    organization: str
    customer_name: str
    customer_email: str
    queue: str | None
    agents: tuple[str, ...]
    status: str
    started_at: datetime
    ended_at: datetime | None
    last_seq: int
    left_out: int = 0
    """How many messages at its beginning are not in it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `role` is customer, agent, admin, assistant or system; a deleted one has no content."""

    seq: int
    sent_at: datetime
    sender: str
    role: str
    type: str
    text: str
    media_name: str
    media_size: int | None
    edited_at: datetime | None
    deleted_at: datetime | None


def heading_of(conversation: Conversation, *, left_out: int = 0) -> Heading:
    """Describe a conversation as it stands in the row at hand; messages that come later are not in it."""
    ended = (Status.RESOLVED, Status.CLOSED)
    last_step = conversation.transitions.filter(to_status=conversation.status).order_by("-id").first()
    return Heading(
        conversation_id=str(conversation.id),
        organization=one_line(conversation.organization.name),
        customer_name=one_line(conversation.customer.name),
        customer_email=one_line(conversation.customer.email),
        queue=one_line(conversation.queue.name) if conversation.queue else None,
        agents=tuple(one_line(agent.name) for agent in _agents_of(conversation)),
        status=str(conversation.status),
        started_at=conversation.created_at,
        ended_at=last_step.created_at if last_step and conversation.status in ended else None,
        last_seq=conversation.last_seq,
        left_out=left_out,
    )


def _agents_of(conversation: Conversation) -> list[User]:
    senders = conversation.messages.order_by().values("sender")
    assigned = conversation.transitions.order_by().values("to_agent")
    agents = User.objects.filter(Q(id__in=senders) | Q(id__in=assigned)).exclude(id=conversation.customer_id)
    return list(agents.order_by("first_name", "last_name", "id"))


def lines(heading: Heading) -> Iterator[list[Line]]:
    """Read the lines in their order, `LINES_AT_ONCE` with each query."""
    after = heading.left_out
    while after < heading.last_seq:
        found = list(
            Message.objects.filter(
                conversation_id=heading.conversation_id, seq__gt=after, seq__lte=heading.last_seq
            )
            .select_related("sender", "media")
            .order_by("seq")[:LINES_AT_ONCE]
        )
        if not found:
            return
        yield [_line(message) for message in found]
        after = found[-1].seq


def _line(message: Message) -> Line:
    is_deleted = message.deleted_at is not None
    media: Media | None = None if is_deleted else message.media
    return Line(
        seq=message.seq,
        sent_at=message.created_at,
        sender=one_line(message.sender.name) if message.sender else "",
        role=_role(message),
        type=message.type,
        text="" if is_deleted else "\n".join(lines_of(message.text)),
        media_name=one_line(media.name) if media else "",
        media_size=media.size if media else None,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
    )


def _role(message: Message) -> str:
    if message.type == MessageType.SYSTEM:
        return "system"
    return str(message.sender.role) if message.sender else "assistant"


def first_that_fits(conversation: Conversation, characters: int) -> int:
    """Say how many messages to leave out at the beginning so that the rest has at most so many characters."""
    overhead = 200
    sizes = conversation.messages.order_by("-seq").values_list("seq", Length("text"))
    for seq, length in sizes.iterator(chunk_size=LINES_AT_ONCE):
        characters -= length + overhead
        if characters < 0:
            return int(seq)
    return 0
