"""Timers: fired when they are due, once, whatever fails (SPEC §8)."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from queueing import line, timers
from queueing.models import Entry, Timer
from tests.support.together import together

pytestmark = pytest.mark.database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def fired(people):
    """The keys of the timers of kind "bell" that have fired, in their order."""
    keys = []
    timers.register("bell", lambda key, now: keys.append(key))
    return keys


def test_a_timer_fires_when_it_is_due_and_not_a_moment_earlier(fired):
    timers.arm("bell", "a", NOON)
    assert timers.fire_due(NOON - timedelta(microseconds=1)) == 0
    assert fired == []
    assert timers.fire_due(NOON) == 1
    assert fired == ["a"]


def test_a_timer_fires_once(fired):
    timers.arm("bell", "a", NOON)
    assert [timers.fire_due(NOON + number * MINUTE) for number in range(3)] == [1, 0, 0]
    assert fired == ["a"]


def test_what_came_due_while_nobody_ticked_fires_in_the_order_of_its_times(fired):
    for key, minute in (("b", 2), ("a", 1), ("c", 3), ("later", 100)):
        timers.arm("bell", key, NOON + minute * MINUTE)
    assert timers.fire_due(NOON + 50 * MINUTE) == 3
    assert fired == ["a", "b", "c"]
    assert list(Timer.objects.values_list("key", flat=True)) == ["later"]


def test_one_tick_fires_no_more_than_its_limit_and_the_next_goes_on(fired):
    for minute in range(5):
        timers.arm("bell", f"{minute}", NOON + minute * MINUTE)
    later = NOON + 10 * MINUTE
    assert [timers.fire_due(later, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert fired == ["0", "1", "2", "3", "4"]


def test_what_fails_or_is_busy_stands_in_nobodys_way_however_much_of_it_there_is(fired):
    def be_busy(key, now):
        raise timers.TryLater

    timers.register("busy", be_busy)
    timers.arm_unless_set("busy", {f"{number}": NOON for number in range(2 * timers.PAGE + 1)})
    timers.arm("bell", "behind them all", NOON + MINUTE)
    assert timers.fire_due(NOON + MINUTE) == 1
    assert fired == ["behind them all"]


def test_a_thousand_that_come_due_at_once_are_all_fired_in_order_and_within_seconds(fired):
    keys = [f"{number:04}" for number in range(1000)]
    timers.arm_unless_set("bell", dict.fromkeys(keys[500:], NOON + MINUTE))
    timers.arm_unless_set("bell", dict.fromkeys(keys[:500], NOON))
    began = time.monotonic()
    assert timers.fire_due(NOON + MINUTE) == 1000
    assert time.monotonic() - began < 10
    assert fired == keys


def test_a_tick_ends_when_its_time_is_up_and_the_next_goes_on(people):
    def take_a_moment(key, now):
        time.sleep(0.05)

    timers.register("slow", take_a_moment)
    timers.arm_unless_set("slow", {f"{number}": NOON for number in range(10)})
    counts = [timers.fire_due(NOON, seconds=0.2) for _ in range(2)]
    assert 0 < counts[0] < 10
    assert timers.fire_due(NOON) == 10 - sum(counts)


def test_arming_again_moves_the_timer(fired):
    timers.arm("bell", "a", NOON)
    timers.arm("bell", "a", NOON + MINUTE)
    assert timers.fire_due(NOON) == 0
    assert timers.fire_due(NOON + MINUTE) == 1
    assert fired == ["a"]


def test_a_timer_that_is_disarmed_does_not_fire_and_those_beside_it_do(fired):
    timers.register("gong", lambda key, now: fired.append(f"gong {key}"))
    for key in ("a", "b"):
        timers.arm("bell", key, NOON)
        timers.arm("gong", key, NOON)
    timers.disarm("a", "bell")
    assert timers.fire_due(NOON) == 3
    assert sorted(fired) == ["b", "gong a", "gong b"]


def test_a_timer_that_is_moved_during_the_tick_waits_for_its_new_time(fired):
    timers.register("mover", lambda key, now: timers.arm("bell", key, now + MINUTE))
    timers.arm("mover", "a", NOON - MINUTE)
    timers.arm("bell", "a", NOON)
    assert timers.fire_due(NOON) == 1
    assert fired == []
    assert timers.fire_due(NOON + MINUTE) == 1
    assert fired == ["a"]


def test_a_handler_may_arm_its_own_timer_again(people):
    heard = []

    def snooze(key, now):
        heard.append(now)
        timers.arm("snooze", key, now + MINUTE)

    timers.register("snooze", snooze)
    timers.arm("snooze", "a", NOON)
    assert [timers.fire_due(NOON + number * MINUTE) for number in range(3)] == [1, 1, 1]
    assert heard == [NOON, NOON + MINUTE, NOON + 2 * MINUTE]


def test_a_handler_that_fails_leaves_its_timer_due_undoes_its_writes_and_hinders_no_other(fired, people):
    def fail(key, now):
        line.enqueue(people.support, key, now=now)
        if len(failures) < 2:
            failures.append(key)
            raise RuntimeError("a handler that fails")

    failures = []
    timers.register("failing", fail)
    timers.arm("failing", "poison", NOON)
    timers.arm("bell", "good", NOON + MINUTE)
    assert timers.fire_due(NOON + MINUTE) == 1
    assert (fired, failures) == (["good"], ["poison"])
    assert not Entry.objects.exists()
    assert timers.fire_due(NOON + MINUTE) == 0
    assert timers.fire_due(NOON + MINUTE) == 1
    assert Entry.objects.get().key == "poison"
    assert not Timer.objects.exists()


def test_a_handler_that_breaks_its_transaction_hinders_no_other(fired, people):
    def break_it(key, now):
        Entry.objects.bulk_create(
            [Entry(queue=people.support, key="same", waiting_since=now) for _ in range(2)]
        )

    timers.register("breaking", break_it)
    timers.arm("breaking", "poison", NOON)
    timers.arm("bell", "good", NOON)
    with pytest.raises(IntegrityError):
        break_it("", NOON)
    assert timers.fire_due(NOON) == 1
    assert fired == ["good"]
    assert not Entry.objects.exists()
    assert Timer.objects.get().key == "poison"


def test_a_handler_whose_item_is_busy_is_called_again_at_the_next_tick(fired):
    def busy_at_first(key, now):
        calls.append(key)
        if len(calls) == 1:
            raise timers.TryLater

    calls = []
    timers.register("busy", busy_at_first)
    timers.arm("busy", "a", NOON)
    timers.arm("bell", "b", NOON)
    assert timers.fire_due(NOON) == 1
    assert (calls, fired) == (["a"], ["b"])
    assert timers.fire_due(NOON) == 1
    assert timers.fire_due(NOON) == 0
    assert calls == ["a", "a"]


def test_a_timer_of_a_kind_that_nobody_answers_stays(people):
    timers.arm("nobody's", "a", NOON)
    assert timers.fire_due(NOON) == 0
    assert Timer.objects.count() == 1


def test_of_several_tickers_at_once_each_timer_is_fired_by_one(fired):
    for round_number in range(3):
        for number in range(20):
            timers.arm("bell", f"{round_number} {number:02}", NOON)
        counts = together([partial(timers.fire_due, NOON)] * 3)
        assert sum(counts) == 20
        assert sorted(fired) == [f"{round_number} {number:02}" for number in range(20)]
        fired.clear()
