"""Search in PostgreSQL's text vectors, which triggers keep (migration 0003)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

PROBED_ENTRIES = 2_000
WALKED_ENTRIES = 50_000
COMMON_HITS = 40
"""A word that so many of the probed entries hold, one in fifty, is common."""

# A GIN index gives its hits in no order: of a common word all would be sorted for one page. So some
# of the newest entries are looked at one by one. Of a common word enough hits stand there, and the walk
# goes on through them; any other word has so few hits that the index finds and sorts them all. Entries are
# joined to their numbers, or the planner would walk through those of all organizations.
AMONG_THE_NEWEST = """
SELECT entry.message_id
FROM (
  SELECT id FROM chat_message_search WHERE {owner} = %(owner)s ORDER BY id DESC LIMIT %(newest)s
) AS newest JOIN chat_message_search AS entry ON entry.id = newest.id
WHERE entry.words @@ to_tsquery('simple', %(words)s) ORDER BY newest.id DESC LIMIT %(limit)s
"""
HAS_OLDER_ENTRIES = """
SELECT 1 FROM chat_message_search WHERE {owner} = %(owner)s ORDER BY id DESC OFFSET %(newest)s LIMIT 1
"""
# The vector holds the owners as words too, so that the index itself leaves out what belongs to others.
# MATERIALIZED keeps the planner from walking all entries in their order, which it takes for cheap.
AMONG_ALL = """
WITH hit AS MATERIALIZED (
  SELECT id, message_id, {owner} FROM chat_message_search
  WHERE words @@ (to_tsquery('simple', %(words)s) && %(scope)s::tsquery)
    AND numnode(to_tsquery('simple', %(words)s)) > 0
)
SELECT message_id FROM hit WHERE {owner} = %(owner)s ORDER BY id DESC LIMIT %(limit)s
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
        "scope": f"':{column}:{owner}'",
        "limit": limit,
    }

    def among_newest(entries: int) -> list[UUID]:
        return _ids(AMONG_THE_NEWEST.format(owner=column), {**parameters, "newest": entries})

    found = among_newest(PROBED_ENTRIES)
    older = _rows(HAS_OLDER_ENTRIES.format(owner=column), {**parameters, "newest": PROBED_ENTRIES})
    if len(found) == limit or not older:
        return found
    if len(found) >= COMMON_HITS and len(found := among_newest(WALKED_ENTRIES)) == limit:
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
