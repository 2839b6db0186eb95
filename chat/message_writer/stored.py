"""What a batch finds in the database and writes back: one statement for all rows of a kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection

from chat.message_writer import rows
from chat.message_writer.given_rows import given_rows
from chat.message_writer.requests import MarkRead, SendMessage
from chat.models import AssistantTurn, Conversation, Media, Message, Participant, Status

LEASE = timedelta(seconds=6)
"""How long nobody need be heard of who answers for the assistant (see `AssistantTurn`)."""

ResendKey = tuple[UUID, UUID, str]
KEY = {"conversation_id": "uuid", "sender_id": "uuid", "client_message_id": "text"}


class LockedConversation(msgspec.Struct):
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


LOCKED = LockedConversation.__struct_fields__[:-2]
COUNTED = {
    "id": "uuid",
    "last_seq": "integer",
    "version": "integer",
    "change": "bigint",
    "has_messages": "boolean",
}
_conversations = msgspec.json.Decoder(list[LockedConversation])


def lock_conversations(conversation_ids: Iterable[UUID]) -> dict[UUID, LockedConversation]:
    """Lock these conversations for the transaction; those that do not exist are left out."""
    ids = msgspec.json.encode([{"id": one} for one in set(conversation_ids)]).decode()
    members = ", ".join(f"'{name}', {name}" for name in LOCKED)
    array, member, lock = (
        ("json_agg", "json_build_object", "FOR UPDATE")
        if connection.vendor == "postgresql"
        else ("json_group_array", "json_object", "")
    )
    with connection.cursor() as cursor:
        # Always in the order of their ids, so that two writers never wait for each other in a circle.
        cursor.execute(
            f"SELECT CAST({array}({member}({members})) AS text) FROM (SELECT {', '.join(LOCKED)}"  # noqa: S608 the names are ours
            f" FROM {Conversation._meta.db_table}"
            f" WHERE id IN (SELECT id FROM {given_rows({'id': 'uuid'})}) ORDER BY id {lock}) AS locked",
            [ids],
        )
        [found] = cursor.fetchone()
    return {row.id: row for row in _conversations.decode(found or "[]")}


def save_conversations(conversations: Sequence[LockedConversation], now: datetime) -> None:
    """Write back what a batch counts up; what else stands in the rows stays as it is."""
    if not conversations:
        return
    table = Conversation._meta.db_table
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET last_seq = given.last_seq, version = given.version, change = given.change,"  # noqa: S608 the names are ours
            f" updated_at = %s, last_activity_at = CASE WHEN given.has_messages THEN %s"
            f" ELSE {table}.last_activity_at END FROM {given_rows(COUNTED)} WHERE {table}.id = given.id",
            [moment, moment, msgspec.json.encode(conversations).decode()],
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
    wanted = [dict(zip(KEY, key, strict=True)) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT message.id FROM {given_rows(KEY)} JOIN {Message._meta.db_table} AS message"  # noqa: S608 the names are ours
            f" ON {' AND '.join(f'message.{name} = given.{name}' for name in KEY)}",
            [msgspec.json.encode(wanted).decode()],
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
