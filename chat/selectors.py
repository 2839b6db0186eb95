"""Reads: rows as facts. Nothing here checks a permission or writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import presence
from accounts.models import Role, User
from accounts.tokens import Principal
from chat import rooms
from chat.events import (
    ConversationFacts,
    MediaFacts,
    MessageFacts,
    NoteFacts,
    Person,
    QueueName,
    RatingFacts,
    ReceiptChanged,
)
from chat.models import Conversation, Media, Message, Note, Participant, Rating, Status
from queueing.models import Queue

BACKLOG_MESSAGES = 50
IS_REVISED = Q(edited_at__isnull=False) | Q(deleted_at__isnull=False)


def person(user: User | Principal) -> Person:
    """Describe somebody as others see them."""
    return Person(
        id=user.id_text if isinstance(user, Principal) else str(user.id),
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


def default_queue(organization_id: UUID) -> Queue | None:
    """Where what nobody named a queue for waits; None where the organization has no queue."""
    return Queue.objects.filter(organization_id=organization_id).order_by("-is_default", "name").first()


def conversations() -> QuerySet[Conversation]:
    """All conversations, with what `conversation_facts` needs of other tables."""
    return Conversation.objects.with_related()


def conversation_facts(conversation: Conversation) -> ConversationFacts:
    """Describe one conversation."""
    return conversations_facts([conversation])[0]


def conversations_facts(found: Sequence[Conversation]) -> list[ConversationFacts]:
    """Describe conversations, in their order, with one query for all their unread counts."""
    customers = {conversation.customer_id for conversation in found}
    statuses = presence.statuses(customers, as_told=True)
    ids = [conversation.id for conversation in found]
    reading = read_and_unread(ids)
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
            unread=reading.get(conversation.id, ({}, {}))[1],
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            close_reason=conversation.close_reason,
            closed_by=person(conversation.closed_by) if conversation.closed_by else None,
            customer_is_online=statuses[conversation.customer_id] != presence.OFFLINE,
            read=reading.get(conversation.id, ({}, {}))[0],
            rating=rating_facts(conversation),
            context=conversation.context,
            priority=conversation.priority,
            skills=tuple(conversation.required_skills),
            queue_timed_out=conversation.queue_timed_out_at is not None,
            assistant=person(conversation.assistant.user) if conversation.assistant else None,
        )
        for conversation in found
    ]


def rating_facts(conversation: Conversation) -> RatingFacts | None:
    """Describe the customer's rating, if there is one."""
    rating: Rating | None = getattr(conversation, "rating", None)
    return RatingFacts(score=rating.score, comment=rating.comment) if rating else None


def read_marks(conversation_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Say, for each participant, up to which `seq` it has read."""
    marks: dict[UUID, dict[str, int]] = {}
    rows = Participant.objects.filter(conversation_id__in=conversation_ids)
    for conversation_id, user_id, seq in rows.values_list("conversation_id", "user_id", "read_seq"):
        marks.setdefault(conversation_id, {})[str(user_id)] = seq
    return marks


def read_and_unread(
    conversation_ids: Sequence[UUID],
) -> dict[UUID, tuple[dict[str, int], dict[str, int]]]:
    """As `read_marks`, and count for each participant the messages of others that it has not read."""
    rows = Participant.objects.filter(conversation_id__in=conversation_ids).values_list(
        "id", "conversation_id", "user_id", "read_seq", "conversation__last_seq"
    )
    marks = list(rows)
    # Most people have read all there is: then nothing has to be counted.
    unread = _unread([mark_id for mark_id, *_, read_seq, last_seq in marks if read_seq < last_seq])
    found: dict[UUID, tuple[dict[str, int], dict[str, int]]] = {}
    for mark_id, conversation_id, user_id, read_seq, _ in marks:
        read, counts = found.setdefault(conversation_id, ({}, {}))
        read[str(user_id)], counts[str(user_id)] = read_seq, unread.get(mark_id, 0)
    return found


def _unread(participant_ids: Sequence[int]) -> dict[int, int]:
    if not participant_ids:
        return {}
    messages = (
        Message.objects.filter(
            conversation=OuterRef("conversation"), seq__gt=OuterRef("read_seq"), sender__isnull=False
        )
        .exclude(sender=OuterRef("user"))
        .order_by()
        .values("conversation")
        .values(count=Count("*"))
    )
    behind = Participant.objects.filter(id__in=participant_ids).annotate(
        unread=Coalesce(Subquery(messages), 0)
    )
    return dict(behind.values_list("id", "unread"))


def conversation_ids_of_messages(message_ids: Sequence[UUID]) -> set[UUID]:
    """The conversations in which these messages stand."""
    return set(Message.objects.filter(id__in=message_ids).values_list("conversation_id", flat=True))


def messages_of(
    conversation: Conversation, *, after: int = 0, before: int | None = None
) -> QuerySet[Message]:
    """The messages between two `seq`, both excluded, in their order; none newer than the row at hand says."""
    found = conversation.messages.select_related("sender", "media").filter(
        seq__gt=after, seq__lte=conversation.last_seq
    )
    return (found if before is None else found.filter(seq__lt=before)).order_by("seq")


def messages_changed_since(conversation: Conversation, version: int) -> tuple[list[Message], list[Message]]:
    """The messages that were made since a version, and the older ones that were revised since, in order.

    None is newer than the row at hand says, but what it tells may be. Numbers and versions rise together, so
    the new ones are counted from the end: a history has no index of versions, in which every message would be
    written once more.
    """
    known = conversation.messages.filter(created_version__lte=version).order_by("-seq")
    last_known = known.values_list("seq", flat=True).first() or 0
    revised = messages_of(conversation, before=last_known + 1).filter(
        IS_REVISED, version__gt=version, version__lte=conversation.version
    )
    return list(messages_of(conversation, after=last_known)), list(revised)


def messages_between(parts: Mapping[UUID, tuple[int, int]]) -> dict[UUID, list[Message]]:
    """The messages of many conversations, in their order: of each those after one `seq`, up to another."""
    wanted = Q()
    for conversation_id, (after, up_to) in parts.items():
        if after < up_to:
            wanted |= Q(conversation=conversation_id, seq__gt=after, seq__lte=up_to)
    return _by_conversation(Message.objects.filter(wanted)) if wanted else {}


def revised_messages(conversation_ids: Collection[UUID]) -> dict[UUID, list[Message]]:
    """The messages of these conversations that have been edited or deleted, in their order."""
    return _by_conversation(Message.objects.filter(IS_REVISED, conversation__in=conversation_ids))


def _by_conversation(messages: QuerySet[Message]) -> dict[UUID, list[Message]]:
    found: dict[UUID, list[Message]] = {}
    for message in messages.select_related("sender", "media").order_by("seq"):
        found.setdefault(message.conversation_id, []).append(message)
    return found


def latest_messages(messages: QuerySet[Message], count: int) -> list[Message]:
    """The last `count` of these messages, in their order."""
    return list(reversed(messages.order_by("-seq")[:count]))


def message_facts(
    conversation: Conversation, messages: Iterable[Message], marks: dict[str, int] | None = None
) -> list[MessageFacts]:
    """Describe messages of one conversation; one query for who has read them, where `marks` does not say."""
    if marks is None:
        marks = read_marks([conversation.id]).get(conversation.id, {})
    return [_facts_of_message(message, conversation, marks) for message in messages]


def new_message_facts(conversation: Conversation, message: Message) -> MessageFacts:
    """Describe a message that nobody can have read yet."""
    return _facts_of_message(message, conversation, {})


def facts_of_messages(messages: Iterable[Message]) -> list[MessageFacts]:
    """Describe messages of any conversations, which were read with them; one query for all read marks."""
    messages = list(messages)
    marks = read_marks({message.conversation_id for message in messages})
    return [
        _facts_of_message(message, message.conversation, marks.get(message.conversation_id, {}))
        for message in messages
    ]


def _facts_of_message(message: Message, conversation: Conversation, marks: dict[str, int]) -> MessageFacts:
    customer_id = str(conversation.customer_id)
    others = (
        (seq for user_id, seq in marks.items() if user_id != customer_id)
        if message.sender_id == conversation.customer_id
        else (marks.get(customer_id, 0),)
    )
    return MessageFacts(
        id=str(message.id),
        conversation_id=str(conversation.id),
        seq=message.seq,
        version=message.version,
        type=message.type,
        text=message.text,
        sender=person(message.sender) if message.sender else None,
        client_message_id=message.client_message_id,
        created_at=message.created_at,
        is_read=message.seq <= max(others, default=0),
        media=media_facts(message.media),
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
    )


def media_facts(media: Media | None) -> MediaFacts | None:
    """Describe a file as those who may see its message see it."""
    if media is None:
        return None
    return MediaFacts(
        id=str(media.id),
        type=media.type,
        format=media.format,
        name=media.name,
        size=media.size,
        width=media.width,
        height=media.height,
        has_thumbnail=bool(media.thumbnail),
    )


def notes_of(conversation: Conversation) -> QuerySet[Note]:
    """The internal notes of a conversation, in their order."""
    return conversation.notes.select_related("author").order_by("version")


def note_facts(note: Note) -> NoteFacts:
    """Describe an internal note."""
    return NoteFacts(
        id=str(note.id),
        conversation_id=str(note.conversation_id),
        version=note.version,
        after_seq=note.after_seq,
        author=person(note.author) if note.author else None,
        text=note.text,
        client_message_id=note.client_message_id,
        created_at=note.created_at,
    )


def receipts_after(conversation: Conversation, version: int) -> list[ReceiptChanged]:
    """The read marks that moved after a version, oldest change first."""
    return [receipt for receipt in receipts_of([conversation]) if receipt.version > version]


def receipts_of(conversations: Iterable[Conversation]) -> list[ReceiptChanged]:
    """How far people have read in each of these conversations, oldest change first; none newer than the row
    at hand says.
    """
    versions = {conversation.id: conversation.version for conversation in conversations}
    last_read = Message.objects.filter(conversation=OuterRef("conversation"), seq=OuterRef("read_seq"))
    marks = (
        Participant.objects.select_related("user")
        .filter(conversation__in=versions, read_seq__gt=0, read_at__isnull=False)
        .annotate(message_id=Subquery(last_read.values("id")))
        .order_by("version")
    )
    return [
        ReceiptChanged(
            conversation_id=str(mark.conversation_id),
            version=mark.version,
            seq=mark.read_seq,
            message_id=str(mark.message_id),
            reader=person(mark.user),
            read_at=mark.read_at,
        )
        for mark in marks
        if mark.read_at is not None and mark.version <= versions[mark.conversation_id]
    ]


def presence_rooms(people: Sequence[User | Principal]) -> list[tuple[str, ...]]:
    """For each of these, who sees whether it is here (SPEC §8): the team, and both sides of a live chat each
    other.
    """
    seen_in: dict[UUID, list[str]] = {
        _user_id(one): [] if one.role == Role.CUSTOMER else [rooms.staff(one.organization_id)]
        for one in people
    }
    live = Conversation.objects.exclude(status=Status.CLOSED).filter(
        Q(customer_id__in=seen_in) | Q(agent_id__in=seen_in)
    )
    for conversation_id, *both in live.values_list("id", "customer_id", "agent_id"):
        for user_id in seen_in.keys() & both:
            seen_in[user_id].append(rooms.conversation(conversation_id))
    return [tuple(seen_in[_user_id(one)]) for one in people]


def open_chats(agent_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the conversations that each of these agents has open: what its capacity limits (SPEC §8)."""
    rows = (
        Conversation.objects.filter(agent_id__in=agent_ids, status=Status.OPEN)
        .values_list("agent_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    return dict.fromkeys(agent_ids, 0) | dict(rows)


def last_texts(found: Sequence[Conversation]) -> dict[str, str]:
    """The last thing a person said in each of these conversations, by conversation id."""
    last = (
        Message.objects.filter(conversation=OuterRef("id"), sender__isnull=False, deleted_at__isnull=True)
        .order_by("-seq")
        .values("text")
    )
    rows = (
        Conversation.objects.filter(id__in=[conversation.id for conversation in found])
        .annotate(last_text=Subquery(last[:1]))
        .values_list("id", "last_text")
    )
    return {str(conversation_id): text for conversation_id, text in rows if text is not None}
