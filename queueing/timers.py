"""Arm timers and fire those that are due, once, whatever dies meanwhile (SPEC §8)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

import structlog
from django.db import connection, transaction
from django.db.models import Q

from queueing.models import Timer

log = structlog.get_logger(__name__)

PAGE = 200
"""How many due timers are read at once."""

Handler = Callable[[str, datetime], None]
"""Called with the timer's key and the time it is now, inside the transaction that uses the timer up."""


class TryLater(Exception):
    """Raised by a handler whose item is busy: the timer stays due and the next tick tries again.

    A handler never waits for a lock: the timer's row is locked already, and whoever holds the item
    may be waiting for that row.
    """


_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    """Name the function that is called when a timer of this kind is due."""
    _handlers[kind] = handler


def arm(kind: str, key: str, due_at: datetime) -> None:
    """Set a timer, or move the one there is."""
    arm_all(key, {kind: due_at})


def arm_all(key: str, due_at: dict[str, datetime]) -> None:
    """Set an item's timers, by kind, or move those there are."""
    Timer.objects.bulk_create(
        [Timer(kind=kind, key=key, due_at=due) for kind, due in due_at.items()],
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["due_at"],
    )


def arm_unless_set(kind: str, due_at: dict[str, datetime]) -> None:
    """Set timers of one kind, by key; those there are stay as they are."""
    timers = [Timer(kind=kind, key=key, due_at=due) for key, due in due_at.items()]
    Timer.objects.bulk_create(timers, ignore_conflicts=True)


def disarm(key: str, *kinds: str) -> None:
    """Remove an item's timers of these kinds; all of them, where none is named."""
    timers = Timer.objects.filter(key=key)
    (timers.filter(kind__in=kinds) if kinds else timers).delete()


def fire_due(now: datetime, *, limit: int | None = None, seconds: float = math.inf) -> int:
    """Fire the timers that are due at `now`, the first due first; return how many fired.

    No more than `limit` are looked at, and none is begun when `seconds` have passed. The row is deleted in
    the transaction in which its handler writes: after a crash in the middle both are undone and the timer is
    still due. A handler that fails leaves its timer for the next tick and does not keep the others from
    firing.
    """
    ends_at = time.monotonic() + seconds
    fired = 0
    for timer_id in islice(_due(now), limit):
        if time.monotonic() > ends_at:
            break
        try:
            fired += _fire(timer_id, now)
        except TryLater:
            continue
        except Exception:
            log.exception("timer_failed", timer_id=timer_id)
    return fired


def _due(now: datetime) -> Iterator[int]:
    """The ids of what is due, in its order and each once, also where it is still due afterwards."""
    due = Timer.objects.filter(due_at__lte=now, kind__in=_handlers).order_by("due_at", "id")
    page = list(due.values_list("due_at", "id")[:PAGE])
    while page:
        for _, timer_id in page:
            yield timer_id
        due_at, last_id = page[-1]
        later = due.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=last_id), due_at__gte=due_at)
        page = list(later.values_list("due_at", "id")[:PAGE])


@transaction.atomic
def _fire(timer_id: int, now: datetime) -> bool:
    taken = _take(timer_id, now)
    if taken is None:
        return False
    kind, key = taken
    _handlers[kind](key, now)
    return True


def _take(timer_id: int, now: datetime) -> tuple[str, str] | None:
    """Delete a timer that is still due and that nobody else is firing; return its kind and key."""
    table = connection.ops.quote_name(Timer._meta.db_table)
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    due = f"SELECT id FROM {table} WHERE id = %s AND due_at <= %s {lock}"  # noqa: S608 the names are ours
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE id = ({due}) RETURNING kind, key", [timer_id, moment])  # noqa: S608
        taken: tuple[str, str] | None = cursor.fetchone()
    return taken
