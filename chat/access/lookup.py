"""Ids as clients write them, and the one answer for what is not theirs."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from chat.errors import NotFound


def parse_id(value: str, what: str = "conversation") -> UUID:
    """Read an id as a client writes it. Raises `NotFound` for what cannot be one: nothing has such an id."""
    try:
        return UUID(value)
    except ValueError:
        raise no_such(what) from None


def id_text(value: str, what: str = "conversation") -> str:
    """An id as we write it, whatever way a client does; raises as `parse_id`."""
    try:
        return _as_we_write_it(value)
    except ValueError:
        raise no_such(what) from None


@lru_cache(maxsize=10_000)
def _as_we_write_it(value: str) -> str:
    return str(UUID(value))


def no_such(what: str) -> NotFound:
    """The one answer for "does not exist" and "is not yours"."""
    return NotFound(f"There is no such {what}.")
