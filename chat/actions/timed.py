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


def lock_waiting(key: str) -> Conversation | None:
    """Lock a waiting conversation and, before it, its place in the line; None when it waits no more.

    Raises `TryLater`.
    """
    if line.hold(key) is None:
        if line.waiting_since([key]):
            raise timers.TryLater
        return None
    return lock(key, Status.WAITING)
