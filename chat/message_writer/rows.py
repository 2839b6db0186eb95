"""Numbering and inserting message rows; every message in the database came through here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.ids import new_id
from accounts.models import User
from chat.models import Conversation, Message, MessageType


@dataclass(slots=True)
class NewMessage:
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


COLUMNS = [
    next(column for column in Message._meta.concrete_fields if column.attname == name)
    for name in NewMessage.__dataclass_fields__
]


def insert(messages: Sequence[NewMessage]) -> None:
    """Insert messages in one statement's round trips: a third of what `bulk_create` costs.

    Must run inside a transaction that has locked the conversations.
    """
    if not messages:
        return
    names = ", ".join(connection.ops.quote_name(str(column.column)) for column in COLUMNS)
    places = ", ".join(["%s"] * len(COLUMNS))
    table = connection.ops.quote_name(Message._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608 names are ours
            [_values(message) for message in messages],
        )


def _values(message: NewMessage) -> list[Any]:
    return [column.get_db_prep_value(getattr(message, column.attname), connection) for column in COLUMNS]


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
