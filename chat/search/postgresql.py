"""Search in PostgreSQL's text vectors, which triggers keep (migration 0003)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

NEWEST_ENTRIES = 10_000
"""How many entries are looked through one by one before the GIN index is asked."""

# A GIN index gives its hits in no order: of a word that is everywhere all would be sorted for one page.
# So the newest entries are looked at first, one by one: what is everywhere is found there at once.
AMONG_THE_NEWEST = """
SELECT message_id FROM (
  SELECT message_id, words FROM chat_message_search
  WHERE {owner} = %(owner)s ORDER BY id DESC LIMIT %(newest)s
) AS newest
WHERE words @@ to_tsquery('simple', %(words)s) LIMIT %(limit)s
"""
HAS_OLDER_ENTRIES = """
SELECT 1 FROM chat_message_search WHERE {owner} = %(owner)s ORDER BY id DESC OFFSET %(newest)s LIMIT 1
"""
# The vector holds the owners as words too, so that the index itself leaves out what belongs to others.
# MATERIALIZED keeps the planner from walking all entries in their order, which it takes for cheap.
AMONG_ALL = """
WITH hit AS MATERIALIZED (
  SELECT id, message_id FROM chat_message_search
  WHERE words @@ (to_tsquery('simple', %(words)s) && %(scope)s::tsquery)
    AND numnode(to_tsquery('simple', %(words)s)) > 0 AND {owner} = %(owner)s
)
SELECT message_id FROM hit ORDER BY id DESC LIMIT %(limit)s
"""
PEOPLE = """
WITH hit AS MATERIALIZED (
  SELECT id FROM accounts_user
  WHERE chat_search_words(first_name || ' ' || last_name || ' ' || email) @@ to_tsquery('simple', %(words)s)
    AND organization_id = %(organization)s
)
SELECT id FROM hit ORDER BY id DESC LIMIT %(limit)s
"""


def message_ids(
    words: Sequence[str], organization_id: UUID, customer_id: UUID | None, limit: int
) -> list[UUID]:
    """Find messages, newest first."""
    column, owner = (
        ("organization_id", organization_id) if customer_id is None else ("customer_id", customer_id)
    )
    parameters = {
        "words": _query(words),
        "owner": owner,
        "scope": f"'{column}:{owner}'",
        "newest": NEWEST_ENTRIES,
        "limit": limit,
    }
    found = _ids(AMONG_THE_NEWEST.format(owner=column), parameters)
    if len(found) == limit or not _rows(HAS_OLDER_ENTRIES.format(owner=column), parameters):
        return found
    return _ids(AMONG_ALL.format(owner=column), parameters)


def person_ids(words: Sequence[str], organization_id: UUID, limit: int) -> list[UUID]:
    """Find people, the newest first."""
    return _ids(PEOPLE, {"words": _query(words), "organization": organization_id, "limit": limit})


def _query(words: Sequence[str]) -> str:
    """Write a `tsquery`; a word holds letters, marks and digits only, so nothing in it is syntax."""
    return " & ".join(f"'{word}'" for word in words) + ":*"


def _ids(statement: str, parameters: dict[str, Any]) -> list[UUID]:
    return [row[0] for row in _rows(statement, parameters)]


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
