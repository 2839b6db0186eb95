"""Search in SQLite's FTS5 tables, which `triggers` keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

# FTS5 walks the newest rows first and stops at the limit, however common the words are. The column `scope`
# holds the ids of organization and customer as words, so that it also skips what belongs to others.
MESSAGES = """
SELECT entry.message_id
FROM chat_message_words AS words JOIN chat_message_search AS entry ON entry.id = words.rowid
WHERE words.chat_message_words MATCH %s
  AND entry.organization_id = %s AND (%s IS NULL OR entry.customer_id = %s)
ORDER BY words.rowid DESC LIMIT %s
"""
PEOPLE = """
SELECT entry.user_id
FROM chat_person_words AS words JOIN chat_person_search AS entry ON entry.id = words.rowid
WHERE words.chat_person_words MATCH %s AND entry.organization_id = %s
ORDER BY words.rowid DESC LIMIT %s
"""


def message_ids(
    words: Sequence[str], organization_id: UUID, customer_id: UUID | None, limit: int
) -> list[UUID]:
    """Find messages, newest first."""
    scope = f"o{organization_id.hex}" if customer_id is None else f"c{customer_id.hex}"
    customer = customer_id.hex if customer_id else None
    return _ids(MESSAGES, [_match(words, scope), organization_id.hex, customer, customer, limit])


def person_ids(words: Sequence[str], organization_id: UUID, limit: int) -> list[UUID]:
    """Find people, the newest first."""
    return _ids(PEOPLE, [_match(words, f"o{organization_id.hex}"), organization_id.hex, limit])


def _match(words: Sequence[str], scope: str) -> str:
    """Write an FTS5 expression; a word holds letters, marks and digits only, so nothing in it is syntax."""
    quoted = [f'"{word}"' for word in words]
    return f"{{text}} : ({' AND '.join(quoted)} *) AND {{scope}} : {scope}"


def _ids(statement: str, parameters: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [UUID(row[0]) for row in cursor.fetchall()]
