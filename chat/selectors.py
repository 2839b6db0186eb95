"""Reads: rows as facts. Nothing here checks a permission or writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts import presence
from accounts.models import Role, User
from accounts.tokens import Principal
from chat import rooms
from chat.events import ConversationFacts, MessageFacts, Person, QueueName, ReceiptChanged
from chat.models import Conversation, Message, Participant, Status
from queueing.models import Queue

BACKLOG_MESSAGES = 50


def person(user: User | Principal) -> Person:
    """Describe somebody as others see them."""
    return Person(
        id=str(_user_id(user)),
        role=user.role,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        phone=user.phone if isinstance(user, User) else "",
    )


def _user_id(somebody: User | Principal) -> UUID:
    return somebody.user_id if isinstance(somebody, Principal) else somebody.id


def queue_name(queue: Queue | None) -> QueueName | None:
    """Describe a queue as others see it."""
    return QueueName(id=str(queue.id), name=queue.name) if queue else None


def conversations() -> QuerySet[Conversation]:
    """All conversations, with what `conversation_facts` needs of other tables."""
    return Conversation.objects.select_related("customer", "agent", "queue", "closed_by")


def conversation_facts(conversation: Conversation) -> ConversationFacts:
    """Describe one conversation."""
    return conversations_facts([conversation])[0]


def conversations_facts(found: Sequence[Conversation]) -> list[ConversationFacts]:
    """Describe conversations, in their order, with one query for all their unread counts."""
    statuses = presence.statuses({conversation.customer_id for conversation in found})
    unread = unread_counts([conversation.id for conversation in found])
    return [
        ConversationFacts(
            id=str(conversation.id),
            organization_id=str(conversation.organization_id),
            status=str(conversation.status),
            customer=person(conversation.customer),
            agent=person(conversation.agent) if conversation.agent else None,
            queue=queue_name(conversation.queue),
            last_seq=conversation.last_seq,
            version=conversation.version,
            unread=unread.get(conversation.id, {}),
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            close_reason=conversation.close_reason,
            closed_by=person(conversation.closed_by) if conversation.closed_by else None,
            customer_is_online=statuses[conversation.customer_id] != presence.OFFLINE,
        )
        for conversation in found
    ]


def unread_counts(conversation_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Count, for each participant, the messages of others after the last one it has read."""
    unread = Q(
        conversation__messages__seq__gt=F("read_seq"), conversation__messages__sender__isnull=False
    ) & ~Q(conversation__messages__sender=F("user"))
    rows = (
        Participant.objects.filter(conversation_id__in=conversation_ids)
        .annotate(unread=Count("conversation__messages", filter=unread))
        .values_list("conversation_id", "user_id", "unread")
    )
    counts: dict[UUID, dict[str, int]] = {}
    for conversation_id, user_id, count in rows:
        counts.setdefault(conversation_id, {})[str(user_id)] = count
    return counts


def messages_of(
    conversation: Conversation, *, after: int = 0, before: int | None = None
) -> QuerySet[Message]:
    """The messages between two `seq`, both excluded, in their order; none newer than the row at hand says."""
    found = conversation.messages.select_related("sender").filter(
        seq__gt=after, seq__lte=conversation.last_seq
    )
    return (found if before is None else found.filter(seq__lt=before)).order_by("seq")


def latest_messages(messages: QuerySet[Message], count: int) -> list[Message]:
    """The last `count` of these messages, in their order."""
    return list(reversed(messages.order_by("-seq")[:count]))


def message_facts(conversation: Conversation, messages: Iterable[Message]) -> list[MessageFacts]:
    """Describe messages of one conversation; one query for who has read them."""
    read_by_customer = read_by_staff = 0
    for user_id, read_seq in Participant.objects.filter(conversation=conversation).values_list(
        "user_id", "read_seq"
    ):
        if user_id == conversation.customer_id:
            read_by_customer = read_seq
        else:
            read_by_staff = max(read_by_staff, read_seq)
    return [
        MessageFacts(
            id=str(message.id),
            conversation_id=str(conversation.id),
            seq=message.seq,
            version=message.version,
            type=message.type,
            text=message.text,
            sender=person(message.sender) if message.sender else None,
            client_message_id=message.client_message_id,
            created_at=message.created_at,
            is_read=message.seq
            <= (read_by_staff if message.sender_id == conversation.customer_id else read_by_customer),
        )
        for message in messages
    ]


def receipts_after(conversation: Conversation, version: int) -> list[ReceiptChanged]:
    """The read marks that moved after a version, oldest change first."""
    marks = (
        Participant.objects.select_related("user")
        .filter(
            conversation=conversation, version__gt=version, version__lte=conversation.version, read_seq__gt=0
        )
        .order_by("version")
    )
    marks_and_ids = [
        (mark, conversation.messages.filter(seq=mark.read_seq).values_list("id", flat=True).first())
        for mark in marks
    ]
    return [
        ReceiptChanged(
            conversation_id=str(conversation.id),
            version=mark.version,
            seq=mark.read_seq,
            message_id=str(message_id),
            reader=person(mark.user),
            read_at=mark.read_at,
        )
        for mark, message_id in marks_and_ids
        if mark.read_at is not None
    ]


def presence_rooms(somebody: User | Principal) -> tuple[str, ...]:
    """Who sees whether somebody is here (SPEC §8): the team, and both sides of a live chat each other."""
    user_id = _user_id(somebody)
    live = Conversation.objects.exclude(status=Status.CLOSED).filter(
        Q(customer_id=user_id) | Q(agent_id=user_id)
    )
    seen_in = tuple(
        rooms.conversation(conversation_id) for conversation_id in live.values_list("id", flat=True)
    )
    return seen_in if somebody.role == Role.CUSTOMER else (rooms.staff(somebody.organization_id), *seen_in)


def last_texts(found: Sequence[Conversation]) -> dict[str, str]:
    """The last thing a person said in each of these conversations, by conversation id."""
    last = (
        Message.objects.filter(conversation=OuterRef("id"), sender__isnull=False)
        .order_by("-seq")
        .values("text")
    )
    rows = (
        Conversation.objects.filter(id__in=[conversation.id for conversation in found])
        .annotate(last_text=Subquery(last[:1]))
        .values_list("id", "last_text")
    )
    return {str(conversation_id): text for conversation_id, text in rows if text is not None}
