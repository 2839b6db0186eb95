"""When a queue is open, by the clock of its own time zone (SPEC §8).

A time of day that a change of the clocks skips is taken as if the clocks had not changed yet, and of one that
comes twice the first is meant, as RFC 5545 (3.3.5) has it: so a queue that opens at 9 opens at 9 all year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from queueing.models import OpeningHours, Queue

DAYS_AHEAD = 8
"""How far to look for the next opening: hours come back every week, of which one day may fall out."""


class Span(NamedTuple):
    """From when until when a queue is open, once."""

    opens: datetime
    closes: datetime


def is_open(queue: Queue, now: datetime) -> bool:
    """Whether a queue is open at this moment; one without opening hours always is.

    Takes one query, and none where `opening_hours` has been prefetched.
    """
    weekly = list(queue.opening_hours.all())
    return not weekly or _is_in(spans(weekly, ZoneInfo(queue.time_zone), now), now)


def next_opening(queue: Queue, now: datetime) -> datetime | None:
    """When a closed queue opens again; None for one that is open. Queries as `is_open`."""
    weekly = list(queue.opening_hours.all())
    ahead = list(spans(weekly, ZoneInfo(queue.time_zone), now))
    return None if _is_in(ahead, now) else min((opens for opens, _ in ahead if opens > now), default=None)


def spans(weekly: Iterable[OpeningHours], zone: tzinfo, now: datetime) -> Iterator[Span]:
    """When weekly hours are open, from those of yesterday, which may end today, until a week from now."""
    today = now.astimezone(zone).date()
    for hours in weekly:
        for day in (today + timedelta(days=ahead) for ahead in range(-1, DAYS_AHEAD + 1)):
            if day.weekday() == hours.weekday:
                closes_on = day if hours.closes > hours.opens else day + timedelta(days=1)
                span = Span(_moment(day, hours.opens, zone), _moment(closes_on, hours.closes, zone))
                if span.opens < span.closes:
                    yield span


def _moment(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _is_in(ahead: Iterable[Span], now: datetime) -> bool:
    return any(opens <= now < closes for opens, closes in ahead)
