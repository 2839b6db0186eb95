"""Put items into a line and take them out; the only writer of entries and lanes.

Every function that writes runs in the caller's transaction, so that the item's own state changes with its
place in the line or not at all. A caller that also locks the item touches the line FIRST: one order of
locks, no deadlock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, Min, Sum

from queueing.models import Entry, Lane, Member, Queue
from queueing.policy import ORDER, Place, may_take

CANDIDATES = 32
"""How far into a lane a taker looks for an item that nobody else is taking at this moment."""


def enqueue(
    queue: Queue, key: str, *, now: datetime, priority: int = 0, skills: Collection[str] = ()
) -> None:
    """Let an item wait, in the place of `now`; one that waits already keeps its place.

    `skills` are the names of what an agent needs to be given it.
    """
    lane, _ = Lane.objects.get_or_create(queue=queue, skills=_text(skills))
    _, is_new = Entry.objects.get_or_create(
        key=key, defaults={"queue": queue, "lane": lane, "priority": priority, "waiting_since": now}
    )
    if is_new:
        _count(lane.id, 1)


def take_next(queue_ids: Collection[UUID], skills: Collection[str] = ()) -> str | None:
    """Take the first item of these lines that somebody with these skills may have, and return its key.

    None when nothing waits. Of many callers at once exactly one gets an item, and nothing is locked but the
    item taken: on PostgreSQL one that another caller is just taking is passed over.
    """
    lanes = _lanes_for(queue_ids, skills)
    skips_locked = connection.features.has_select_for_update_skip_locked
    depth = CANDIDATES if skips_locked else 1
    while True:
        first = [_first_of(lane_id, depth) for lane_id in lanes]
        candidates = [place.id for places in first for place in places]
        if not candidates:
            return None
        waiting = Entry.objects.filter(id__in=candidates).order_by(*ORDER)
        if skips_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        while (entry := waiting.first()) is not None:
            if _delete(entry.key):
                return entry.key
        if all(len(places) < depth for places in first):
            return None
        depth *= 2  # all of these are being taken by others


def has_any(queue_ids: Collection[UUID], skills: Collection[str] = ()) -> bool:
    """Whether somebody with these skills may have anything that waits in these lines; locks nothing."""
    return Entry.objects.filter(lane_id__in=_lanes_for(queue_ids, skills)).exists()


def withdraw(key: str) -> bool:
    """Take one item out of its line, whichever place it has; say whether it was waiting.

    Of many callers at once exactly one is told True.
    """
    return _delete(key)


def relax(key: str) -> bool:
    """Let anybody take an item, in its place; say whether it waits.

    Raises `OperationalError` when somebody is just taking it, instead of waiting for what becomes of it.
    """
    entries = Entry.objects.filter(key=key)
    if connection.features.has_select_for_update_nowait:
        entries = entries.select_for_update(of=("self",), nowait=True)
    entry = entries.select_related("queue").first()
    if entry is None:
        return False
    lane, _ = Lane.objects.get_or_create(queue=entry.queue, skills="")
    if lane.id != entry.lane_id:
        _count(entry.lane_id, -1)
        _count(lane.id, 1)
        Entry.objects.filter(id=entry.id).update(lane=lane)
    return True


def hold(key: str) -> Entry | None:
    """Keep an item from being taken until the transaction ends; None when it does not wait or is held."""
    entries = Entry.objects.filter(key=key).select_related("queue", "lane")
    if connection.features.has_select_for_update_skip_locked:
        entries = entries.select_for_update(of=("self",), skip_locked=True)
    return entries.first()


def first_in(queue_id: UUID, count: int) -> list[Entry]:
    """The first items of each lane of a queue, up to `count` of a lane, in the line's order."""
    found = [
        entry
        for lane_id in Lane.objects.filter(queue_id=queue_id, waiting__gt=0).values_list("id", flat=True)
        for entry in Entry.objects.filter(lane_id=lane_id).select_related("lane").order_by(*ORDER)[:count]
    ]
    return sorted(
        found, key=lambda entry: Place.of(entry.priority, entry.waiting_since.timestamp(), entry.id)
    )


def skills_of(entry: Entry) -> list[str]:
    """The names of the skills that somebody needs to be given an item."""
    return _names(entry.lane.skills)


def waiting_since(keys: Collection[str]) -> dict[str, datetime]:
    """Say of those items that wait since when."""
    return dict(Entry.objects.filter(key__in=keys).values_list("key", "waiting_since"))


def waiting_count(queue_id: UUID) -> int:
    """Count the items that wait in a line."""
    return Lane.objects.filter(queue_id=queue_id).aggregate(waiting=Sum("waiting"))["waiting"] or 0


def waiting_for_skill(organization_id: UUID, skill: str) -> int:
    """Count the items of an organization that only somebody with this skill may take."""
    lanes = Lane.objects.filter(queue__organization_id=organization_id, waiting__gt=0)
    return sum(count for skills, count in lanes.values_list("skills", "waiting") if skill in _names(skills))


def lengths(queue_ids: Collection[UUID]) -> dict[UUID, tuple[int, datetime]]:
    """Count the items of each line that is not empty, and say since when the first of them waits."""
    waiting = dict(
        Lane.objects.filter(queue_id__in=queue_ids, waiting__gt=0)
        .values_list("queue_id")
        .annotate(sum=Sum("waiting"))
        .order_by()
    )
    lines = {}
    for queue_id, count in waiting.items():
        # One by one: the smallest of one queue stands first in an index, the smallest of many does not.
        since = Entry.objects.filter(queue_id=queue_id).aggregate(since=Min("waiting_since"))["since"]
        if since is not None:
            lines[queue_id] = (count, since)
    return lines


def queue_ids_served_by(user_id: UUID) -> list[UUID]:
    """List the queues in which somebody is a member."""
    return list(Queue.objects.filter(members__user_id=user_id).values_list("id", flat=True))


def queue_ids_served_by_many(user_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """As `queue_ids_served_by`, of many; who is in no queue is left out."""
    found: dict[UUID, set[UUID]] = {}
    for user_id, queue_id in Member.objects.filter(user_id__in=user_ids).values_list("user_id", "queue_id"):
        found.setdefault(user_id, set()).add(queue_id)
    return found


def _lanes_for(queue_ids: Collection[UUID], skills: Collection[str]) -> list[int]:
    lanes = Lane.objects.filter(queue_id__in=queue_ids).values_list("id", "skills")
    return [lane_id for lane_id, required in lanes if may_take(skills, _names(required))]


def _first_of(lane_id: int, count: int) -> list[Place]:
    entries = Entry.objects.filter(lane_id=lane_id).order_by(*ORDER)[:count]
    return [
        Place.of(priority, since.timestamp(), entry_id)
        for priority, since, entry_id in entries.values_list("priority", "waiting_since", "id")
    ]


def _delete(key: str) -> bool:
    """Delete an entry and count it out of the lane in which it stood at that moment."""
    table = connection.ops.quote_name(Entry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE key = %s RETURNING lane_id", [key])  # noqa: S608 the name is ours
        deleted = cursor.fetchone()
    if deleted is None:
        return False
    _count(deleted[0], -1)
    return True


def _count(lane_id: int, number: int) -> None:
    Lane.objects.filter(id=lane_id).update(waiting=F("waiting") + number)


def _text(skills: Collection[str]) -> str:
    return ",".join(sorted(set(skills)))


def _names(text: str) -> list[str]:
    return text.split(",") if text else []
