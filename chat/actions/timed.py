"""Lock what a timer is about, without waiting: see `queueing.timers.TryLater`."""

from __future__ import annotations

from uuid import UUID

from django.db import OperationalError

from chat import selectors
from chat.models import Conversation, Status
from queueing import line, timers


def lock(key: str, *statuses: Status) -> Conversation | None:
    """Lock the conversation of a timer; None when it is in none of these states any more.

    Raises `TryLater`.
    """
    conversations = selectors.conversations().filter(id=UUID(key), status__in=statuses)
    try:
        return conversations.select_for_update(of=("self",), nowait=True).first()
    except OperationalError:
        raise timers.TryLater from None


def lock_place(key: str) -> bool:
    """Lock a conversation's place in the line; False when it waits no more. Raises `TryLater`.

    Who takes it holds that lock and is about to remove its timers, of which the caller holds one.
    """
    if line.hold(key) is not None:
        return True
    if line.waiting_since([key]):
        raise timers.TryLater
    return False


def lock_waiting(key: str) -> Conversation | None:
    """Lock a waiting conversation and, before it, its place in the line; None when it waits no more.

    Raises `TryLater`.
    """
    return lock(key, Status.WAITING) if lock_place(key) else None
