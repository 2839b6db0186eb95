"""Where items stand in their lines; reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from queueing.models import Entry


def places(keys: Iterable[str]) -> dict[str, tuple[UUID, int]]:
    """Say of those items that wait in which queue, and at which place of its line, 1 for the next.

    One query for all items, and one for each of their queues.
    """
    waiting: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(key__in=list(keys)):
        waiting[entry.queue_id].append(entry)
    found: dict[str, tuple[UUID, int]] = {}
    for queue_id, entries in waiting.items():
        numbers = {entries[0].id: _number_of(entries[0])} if len(entries) == 1 else _numbers_of(entries)
        found |= {entry.key: (queue_id, numbers[entry.id]) for entry in entries if entry.id in numbers}
    return found


def _number_of(entry: Entry) -> int:
    """Count who stands before an item: quicker than to number the line."""
    at_once = Q(priority=entry.priority, waiting_since=entry.waiting_since, id__lt=entry.id)
    earlier = Q(priority=entry.priority, waiting_since__lt=entry.waiting_since)
    before = Entry.objects.filter(Q(priority__gt=entry.priority) | earlier | at_once, queue_id=entry.queue_id)
    return before.count() + 1


def _numbers_of(entries: list[Entry]) -> dict[int, int]:
    """Number a line, by its index alone, and pick out these items of it."""
    number = Window(RowNumber(), order_by=[F("priority").desc(), "waiting_since", "id"])
    numbered = Entry.objects.filter(queue_id=entries[0].queue_id).annotate(number=number)
    # A condition that also names the number is asked of the numbered line; one on the ids alone would come
    # first, and these items be numbered among themselves.
    picked = Q(id__in=[entry.id for entry in entries]) | Q(number=0)
    return dict(numbered.filter(picked).values_list("id", "number"))
