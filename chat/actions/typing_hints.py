"""When somebody last typed in a conversation: kept in Redis, because losing it does little harm (SPEC §8)."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from accounts.local_limits import LocalLimit
from accounts.redis_clients import FAILURES, asynchronous, blocking, log_failure

KEPT_SECONDS = 86_400
NOTED_ANEW_SECONDS = 5.0
"""How soon it is noted again: what asks for it counts in minutes."""

_notes = LocalLimit(1, NOTED_ANEW_SECONDS)


def is_due(conversation_id: str) -> bool:
    """Whether it was not noted just now; the caller then has to `note` it."""
    return not _notes.take(conversation_id, time.monotonic())


async def note(conversation_id: str) -> None:
    """Note that somebody types at this moment."""
    try:
        await asynchronous().set(_key(conversation_id), time.time(), ex=KEPT_SECONDS)
    except FAILURES as error:
        log_failure(error)


def last_typed(conversation_id: str) -> datetime | None:
    """When somebody last typed; None when nobody did for a day, or while Redis does not answer."""
    try:
        moment = blocking().get(_key(conversation_id))
    except FAILURES as error:
        log_failure(error)
        return None
    return datetime.fromtimestamp(float(moment), UTC) if moment else None


def _key(conversation_id: str) -> str:
    return f"typing:{conversation_id}"
