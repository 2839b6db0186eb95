"""What a batch finds in the database and writes back: one statement for all rows of a kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from chat.message_writer import rows
from chat.message_writer.requests import MarkRead, SendMessage
from chat.models import AssistantTurn, Conversation, Media, Message, Participant, Status

LEASE = timedelta(seconds=6)
"""How long nobody need be heard of who answers for the assistant (see `AssistantTurn`)."""

ResendKey = tuple[UUID, UUID, str]


@dataclass(slots=True)
class LockedConversation:
    """The row of a conversation while this transaction holds its lock."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    agent_id: UUID | None
    queue_id: UUID | None
    status: str
    last_seq: int
    version: int
    change: int
    has_changed: bool = False
    has_messages: bool = False


def lock_conversations(conversation_ids: Iterable[UUID]) -> dict[UUID, LockedConversation]:
    """Lock these conversations for the transaction; those that do not exist are left out."""
    # Always in the order of their ids, so that two writers never wait for each other in a circle.
    found = (
        Conversation.objects.select_for_update()
        .filter(id__in=set(conversation_ids))
        .order_by("id")
        .values_list(
            "id",
            "organization_id",
            "customer_id",
            "agent_id",
            "queue_id",
            "status",
            "last_seq",
            "version",
            "change",
        )
    )
    return {row[0]: LockedConversation(*row) for row in found}


def save_conversations(conversations: Iterable[LockedConversation], now: datetime) -> None:
    """Write back what a batch counts up; what else stands in the rows stays as it is."""
    table = connection.ops.quote_name(Conversation._meta.db_table)
    moment = connection.ops.adapt_datetimefield_value(now)
    identifier = Conversation._meta.get_field("id")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET last_seq = %s, version = %s, change = %s, updated_at = %s,"  # noqa: S608 the name is ours
            " last_activity_at = CASE WHEN %s THEN %s ELSE last_activity_at END WHERE id = %s",
            [
                [
                    row.last_seq,
                    row.version,
                    row.change,
                    moment,
                    row.has_messages,
                    moment,
                    identifier.get_db_prep_value(row.id, connection),
                ]
                for row in conversations
            ],
        )


def has_assistant(conversation: LockedConversation) -> bool:
    """Whether the assistant answers in this conversation (SPEC §3)."""
    return conversation.status == Status.OPEN and conversation.agent_id is None


def owe_answers(conversation_ids: Collection[UUID], now: datetime) -> None:
    """Remember that the assistant owes these customers an answer; a turn that there is goes on."""
    if conversation_ids:
        turns = [AssistantTurn(conversation_id=one, lease_until=now + LEASE) for one in conversation_ids]
        AssistantTurn.objects.bulk_create(turns, ignore_conflicts=True)


def save_read_marks(moved: Sequence[Participant]) -> None:
    """Write how far these have read."""
    Participant.objects.bulk_update(moved, ["read_seq", "read_at", "version"])


def save_sent_media(sent: Sequence[Media]) -> None:
    """Write into which conversation each of these files went."""
    Media.objects.bulk_update(sent, ["conversation"])


def resend_key(request: SendMessage) -> ResendKey | None:
    """What makes a message once only (SPEC §4), if its client says so."""
    if request.client_message_id is None:
        return None
    return request.conversation_id, request.sender.user_id, request.client_message_id


def find_resent(sends: list[SendMessage]) -> dict[ResendKey, Message | rows.NewMessage]:
    """The messages that are stored already under the keys of these."""
    keys = {key for request in sends if (key := resend_key(request)) is not None}
    if not keys:
        return {}
    ids = _ids_of_keys(keys)
    return {
        (message.conversation_id, message.sender_id, message.client_message_id): message
        for message in (Message.objects.filter(id__in=ids) if ids else ())
        if message.sender_id is not None and message.client_message_id is not None
    }


def _ids_of_keys(keys: Iterable[ResendKey]) -> list[UUID]:
    """The messages with exactly these keys: one look into the index for each.

    Three lists of what a message's parts may be would have it looked for in all their combinations.
    """
    fields = {field.attname: field for field in Message._meta.concrete_fields}
    columns = [fields[name] for name in ("conversation_id", "sender_id", "client_message_id")]
    values = [
        column.get_db_prep_value(part, connection)
        for key in keys
        for column, part in zip(columns, key, strict=True)
    ]
    rows_wanted = ", ".join(["(%s, %s, %s)"] * (len(values) // len(columns)))
    table = connection.ops.quote_name(Message._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH wanted (conversation_id, sender_id, client_message_id) AS (VALUES {rows_wanted})"  # noqa: S608 the names are ours
            f" SELECT message.id FROM wanted JOIN {table} AS message"
            " ON message.conversation_id = wanted.conversation_id AND message.sender_id = wanted.sender_id"
            " AND message.client_message_id = wanted.client_message_id",
            values,
        )
        return [Message._meta.pk.to_python(found) for (found,) in cursor.fetchall()]


def find_participants(marks: list[MarkRead]) -> dict[tuple[UUID, UUID], Participant]:
    """The read marks to move, by conversation and reader."""
    if not marks:
        return {}
    found = Participant.objects.filter(
        conversation_id__in={mark.conversation_id for mark in marks},
        user_id__in={mark.reader.user_id for mark in marks},
    )
    return {(row.conversation_id, row.user_id): row for row in found}


def lock_media(sends: list[SendMessage]) -> dict[UUID, Media]:
    """Lock the files that are sent, so that each goes into one conversation."""
    ids = {send.media_id for send in sends if send.media_id is not None}
    if not ids:
        return {}
    return {media.id: media for media in Media.objects.select_for_update().filter(id__in=ids).order_by("id")}


def find_messages(marks: list[MarkRead]) -> dict[UUID, tuple[UUID, int]]:
    """The conversation and the number of each message up to which somebody has read."""
    ids = {mark.message_id for mark in marks if mark.message_id is not None}
    if not ids:
        return {}
    found = Message.objects.filter(id__in=ids).values_list("id", "conversation_id", "seq")
    return {message_id: (conversation_id, seq) for message_id, conversation_id, seq in found}
