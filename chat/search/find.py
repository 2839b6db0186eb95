"""Finding what matches, in the database at hand."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from chat.search import postgresql, sqlite

MAX_HITS = 500
"""So many of the newest hits are found; who needs an older one names another word."""


def message_ids(
    words: Sequence[str], *, organization_id: UUID, customer_id: UUID | None = None
) -> list[UUID]:
    """Find the messages of an organization, or of one customer in it, that hold all words; newest first.

    System messages and deleted ones are never found, and no more than `MAX_HITS` + 1.
    """
    find = postgresql.message_ids if connection.vendor == "postgresql" else sqlite.message_ids
    return find(words, organization_id, customer_id, MAX_HITS + 1)


def customer_ids(words: Sequence[str], *, organization_id: UUID) -> list[UUID]:
    """Find people of an organization by the words of their names and e-mail addresses, the newest first.

    No more than `MAX_HITS`.
    """
    find = postgresql.person_ids if connection.vendor == "postgresql" else sqlite.person_ids
    return find(words, organization_id, MAX_HITS)
