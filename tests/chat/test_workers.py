"""Timers under real Celery: each fires once and soon, however many tick and whoever is killed (SPEC §8)."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from chat.models import Conversation, Transition
from queueing.models import Timer
from tests.support.chats import chat_of, texts
from tests.support.people import visitor
from tests.support.services import wait_until
from tests.support.workers import celery

__all__ = ["celery"]

pytestmark = pytest.mark.database

START_SECONDS = 90
LATE = timedelta(seconds=5)


def silent_chats(people, count: int) -> list[Conversation]:
    """Open chats whose time has not come."""
    customers = [visitor(people.widget, f"Customer {number}") for number in range(count)]
    chats = [chat_of(customer, people.ana) for customer in customers]
    Timer.objects.exclude(kind="inactivity-close").delete()
    return chats


def close_at(chats: list[Conversation], due: list[datetime]) -> None:
    """Let each chat have been silent for so long that it is closed at its moment."""
    for chat, moment in zip(chats, due, strict=True):
        silent_since = moment - timedelta(seconds=settings.INACTIVITY_CLOSE_SECONDS)
        Conversation.objects.filter(id=chat.id).update(last_activity_at=silent_since)
        Timer.objects.filter(key=str(chat.id)).update(due_at=moment)


def closed(chats) -> list[datetime]:
    """When each of those chats that are closed was closed."""
    ends = Transition.objects.filter(kind="closed", conversation__in=chats).order_by("created_at", "id")
    return list(ends.values_list("created_at", flat=True))


def test_timers_fire_once_with_two_workers_and_two_beats_and_whoever_is_killed(people, celery):
    if connection.vendor == "sqlite":
        pytest.skip("Several workers want PostgreSQL.")
    overdue, coming = silent_chats(people, 5), silent_chats(people, 20)
    a_minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    close_at(overdue, [a_minute_ago + timedelta(seconds=number) for number in range(5)])
    workers = [celery.worker() for _ in range(2)]
    beats = [celery.beat() for _ in range(2)]
    wait_until(lambda: len(closed(overdue)) == 5, "what was overdue when Celery started", START_SECONDS)

    begins = datetime.now(UTC) + timedelta(seconds=1)
    due = [begins + timedelta(seconds=number / 4) for number in range(20)]
    close_at(coming, due)
    sleep_until(due[6])
    workers[0].kill()
    beats[0].kill()
    sleep_until(due[14])
    workers[1].kill()
    beats[1].kill()
    in_time = closed(coming)
    assert in_time
    assert all(moment - at <= LATE for moment, at in zip(in_time, due, strict=False))
    sleep_until(due[19])
    assert len(closed(coming)) == len(in_time) < 20, "nobody was there for the last ones"
    celery.worker()
    celery.beat()
    wait_until(lambda: len(closed(coming)) == 20, "what came due while nobody was there", START_SECONDS)
    time.sleep(2)  # two more ticks find nothing
    for chat in [*overdue, *coming]:
        assert Transition.objects.filter(conversation=chat, kind="closed").count() == 1
        assert texts(chat).count("Closed because nobody wrote any more") == 1
    assert list(Timer.objects.values_list("kind", "due_at")) == []


def sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
