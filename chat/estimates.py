"""How a queue is served just now, and how long somebody in it will still wait (SPEC §8)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery

from accounts import presence
from chat.models import Status, Transition
from queueing import hours
from queueing.models import Member, Queue
from queueing.places import places
from queueing.policy import estimated_wait_seconds

RECENT_CHATS = 50
"""Of how many chats, the latest that a queue's agents have handled, the average handle time is taken."""
KNOWN_FOR_SECONDS = 30
"""How long this process goes by a handle time that it has once looked up."""

_handle_times: dict[UUID, tuple[float, float | None]] = {}


class Place(NamedTuple):
    """Where something waits: 1 is the next; `eta` in seconds, None where nobody can say."""

    position: int
    eta: int | None


@dataclass(frozen=True, slots=True)
class Service:
    """Who serves a queue at this moment, and how long an agent of it takes for a chat."""

    is_open: bool
    agents_online: int
    average_handle_seconds: float | None

    def eta(self, position: int) -> int | None:
        """In how many seconds somebody at this place will be served; None where nobody can say."""
        return estimated_wait_seconds(
            position=position,
            available_agents=self.agents_online if self.is_open else 0,
            average_handle_seconds=self.average_handle_seconds,
        )


def services(queues: Sequence[Queue], now: datetime) -> dict[UUID, Service]:
    """How each of these queues is served.

    Two queries for all of them, and one for each whose handle time is not known any more. Opening hours are
    read where the caller has not prefetched them.
    """
    online = agents_online([queue.id for queue in queues])
    return {
        queue.id: Service(hours.is_open(queue, now), online[queue.id], average_handle_seconds(queue.id))
        for queue in queues
    }


def waiting_places(keys: Iterable[str], now: datetime) -> dict[str, Place]:
    """Say of those of these items that wait where they stand.

    The number of queries grows with the number of their queues, and not with theirs.
    """
    found = places(keys)
    waited_in = Queue.objects.filter(id__in={queue_id for queue_id, _ in found.values()})
    served = services(list(waited_in.prefetch_related("opening_hours")), now) if found else {}
    return {
        key: Place(position, served[queue_id].eta(position))
        for key, (queue_id, position) in found.items()
        if queue_id in served
    }


def agents_online(queue_ids: Collection[UUID]) -> Counter[UUID]:
    """Count, for each queue, the members who are here and take chats, whether they have room or not."""
    members = list(
        Member.objects.filter(queue_id__in=queue_ids, user__is_active=True).values_list("queue_id", "user_id")
    )
    statuses = presence.statuses({user_id for _, user_id in members})
    return Counter(queue_id for queue_id, user_id in members if statuses[user_id] == presence.ONLINE)


def average_handle_seconds(queue_id: UUID) -> float | None:
    """How long agents of a queue had its last chats on average; None where none has been handled yet.

    Up to `KNOWN_FOR_SECONDS` old.
    """
    known_until, average = _handle_times.get(queue_id, (0.0, None))
    if time.monotonic() >= known_until:
        average = _average_of(_latest_handlings(queue_id))
        _handle_times[queue_id] = (time.monotonic() + KNOWN_FOR_SECONDS, average)
    return average


def _average_of(handlings: QuerySet[Any]) -> float | None:
    lengths: list[timedelta] = [
        length for length in handlings.values_list("length", flat=True) if length is not None
    ]
    return sum(lengths, timedelta()).total_seconds() / len(lengths) if lengths else None


def _latest_handlings(queue_id: UUID) -> QuerySet[Any]:
    """The latest times that agents of a queue were done with a chat, by the index `ends_of_handling`."""
    got_it = (
        Transition.objects.filter(
            conversation=OuterRef("conversation"),
            id__lt=OuterRef("id"),
            to_status=Status.OPEN,
            to_agent=OuterRef("from_agent"),
        )
        .exclude(from_status=Status.OPEN, from_agent=F("to_agent"))
        .order_by("-id")
    )
    ended = Transition.objects.filter(
        from_queue_id=queue_id, from_agent__isnull=False, from_status=Status.OPEN
    ).exclude(to_status=Status.OPEN, to_agent=F("from_agent"))
    length = ExpressionWrapper(F("created_at") - Subquery(got_it.values("created_at")[:1]), DurationField())
    return ended.annotate(length=length).order_by("-id")[:RECENT_CHATS]
