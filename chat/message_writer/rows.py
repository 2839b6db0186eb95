"""Numbering and inserting message rows; every message in the database came through here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from accounts.ids import new_id
from accounts.models import User
from chat.message_writer.given_rows import given_rows
from chat.models import Conversation, Message, MessageType


class NewMessage(msgspec.Struct):
    """A message that has its numbers and is not inserted yet; `change` comes last, just before the insert."""

    id: UUID
    conversation_id: UUID
    seq: int
    version: int
    created_version: int
    change: int
    sender_id: UUID | None
    type: str
    text: str
    media_id: UUID | None
    client_message_id: str | None
    created_at: datetime


COLUMNS = {
    "id": "uuid",
    "conversation_id": "uuid",
    "seq": "integer",
    "version": "integer",
    "created_version": "integer",
    "change": "bigint",
    "sender_id": "uuid",
    "type": "text",
    "text": "text",
    "media_id": "uuid",
    "client_message_id": "text",
}


def insert(messages: Sequence[NewMessage], now: datetime) -> None:
    """Insert messages in one statement; all of them are made `now`.

    Must run inside a transaction that has locked the conversations.
    """
    if not messages:
        return
    names, table = ", ".join(COLUMNS), Message._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}, created_at) SELECT {names}, %s FROM {given_rows(COLUMNS)}",  # noqa: S608 the names are ours
            [connection.ops.adapt_datetimefield_value(now), msgspec.json.encode(messages).decode()],
        )


def append_in_transaction(
    conversation: Conversation,
    text: str,
    *,
    change: int,
    now: datetime,
    sender: User | None = None,
    message_id: UUID | None = None,
) -> Message:
    """Append a message to a conversation that the caller has locked and will save: the system's, without a
    sender.

    Numbers it on the model: `last_seq` and `version` go up by one, `change` is the one given.
    """
    conversation.last_seq += 1
    conversation.version += 1
    conversation.change = change
    conversation.updated_at = now
    return Message.objects.create(
        id=message_id or new_id(),
        conversation=conversation,
        seq=conversation.last_seq,
        version=conversation.version,
        created_version=conversation.version,
        change=change,
        sender=sender,
        type=MessageType.TEXT if sender else MessageType.SYSTEM,
        text=text,
        created_at=now,
    )
