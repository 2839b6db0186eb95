"""Put items into a line and take them out; the only writer of entries.

Every function runs in the caller's transaction, so that the item's own state changes with its
place in the line or not at all. A caller that also locks the item touches the line FIRST: one
order of locks, no deadlock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min

from queueing.models import Entry, Queue
from queueing.policy import ORDER


def enqueue(queue: Queue, key: str, *, now: datetime, priority: int = 0) -> None:
    """Let an item wait; one that waits already keeps its place."""
    Entry.objects.get_or_create(
        key=key, defaults={"queue": queue, "priority": priority, "waiting_since": now}
    )


def take_next(queue_ids: Collection[UUID]) -> str | None:
    """Take the first item of these lines out, and return its key; None when nothing waits.

    Of many callers at once exactly one gets an item: the entry's row is deleted by the one whose
    DELETE counts it. On PostgreSQL a row that another caller is just taking is passed over.
    """
    waiting = Entry.objects.filter(queue_id__in=queue_ids).order_by(*ORDER)
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    while (entry := waiting.first()) is not None:
        if Entry.objects.filter(id=entry.id).delete()[0]:
            return entry.key
    return None


def withdraw(key: str) -> bool:
    """Take one item out of its line, whichever place it has; say whether it was waiting.

    Of many callers at once exactly one is told True.
    """
    return Entry.objects.filter(key=key).delete()[0] > 0


def waiting_since(keys: Collection[str]) -> dict[str, datetime]:
    """Say of those items that wait since when."""
    return dict(Entry.objects.filter(key__in=keys).values_list("key", "waiting_since"))


def waiting_count(queue_id: UUID) -> int:
    """Count the items that wait in a line."""
    return Entry.objects.filter(queue_id=queue_id).count()


def lengths(queue_ids: Collection[UUID]) -> dict[UUID, tuple[int, datetime]]:
    """Count the items of each line that is not empty, and say since when the first of them waits."""
    rows = (
        Entry.objects.filter(queue_id__in=queue_ids)
        .values_list("queue_id")
        .annotate(waiting=Count("id"), since=Min("waiting_since"))
        .order_by()
    )
    return {queue_id: (waiting, since) for queue_id, waiting, since in rows}


def queue_ids_served_by(user_id: UUID) -> list[UUID]:
    """List the queues in which somebody is a member."""
    return list(Queue.objects.filter(members__user_id=user_id).values_list("id", flat=True))
