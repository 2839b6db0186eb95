"""The waiting line: its order, and that each item is taken once, by one (SPEC §8)."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queueing import line
from queueing.models import Entry
from tests.support.together import together

pytestmark = pytest.mark.database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def wait(queue, key, *, minute=0, priority=0):
    line.enqueue(queue, key, now=NOON + timedelta(minutes=minute), priority=priority)


@transaction.atomic
def take(*queues):
    return line.take_next([queue.id for queue in queues])


@transaction.atomic
def withdraw(key):
    return line.withdraw(key)


def test_the_highest_priority_is_taken_first_and_then_the_longest_wait(people):
    wait(people.support, "late", minute=2)
    wait(people.support, "early", minute=1)
    wait(people.support, "urgent and late", minute=4, priority=5)
    wait(people.support, "urgent and early", minute=3, priority=5)
    wait(people.support, "no hurry", minute=0, priority=-1)
    taken = [take(people.support) for _ in range(6)]
    assert taken == ["urgent and early", "urgent and late", "early", "late", "no hurry", None]


def test_of_two_that_came_at_the_same_moment_the_first_is_taken_first(people):
    for key in ("first", "second", "third"):
        wait(people.support, key)
    assert [take(people.support) for _ in range(3)] == ["first", "second", "third"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 3)), max_size=12))
def test_any_line_is_taken_in_its_order(people, waiting):
    for number, (priority, minute) in enumerate(waiting):
        wait(people.support, f"{number}", minute=minute, priority=priority)
    order = sorted(range(len(waiting)), key=lambda number: (-waiting[number][0], waiting[number][1], number))
    assert [take(people.support) for _ in waiting] == [str(number) for number in order]
    assert take(people.support) is None


def test_one_order_runs_through_all_the_lines_that_somebody_serves_and_through_no_other(people):
    wait(people.sales, "sales", minute=1)
    wait(people.support, "support", minute=2)
    wait(people.elsewhere, "elsewhere", minute=0, priority=9)
    assert [take(people.support, people.sales) for _ in range(3)] == ["sales", "support", None]
    assert take() is None
    assert take(people.elsewhere) == "elsewhere"


def test_an_item_that_waits_already_keeps_its_place(people):
    wait(people.support, "first", minute=1)
    wait(people.support, "second", minute=2)
    wait(people.support, "first", minute=3)
    assert line.waiting_count(people.support.id) == 2
    assert take(people.support) == "first"


def test_an_item_that_was_withdrawn_waits_no_more_and_is_withdrawn_once(people):
    wait(people.support, "first", minute=1)
    wait(people.support, "second", minute=2)
    assert withdraw("first") is True
    assert withdraw("first") is False
    assert withdraw("never waited") is False
    assert take(people.support) == "second"


def test_a_taking_that_is_undone_leaves_the_item_in_its_place(people):
    wait(people.support, "first", minute=1)
    wait(people.support, "second", minute=2)
    with transaction.atomic():
        assert line.take_next([people.support.id]) == "first"
        transaction.set_rollback(True)
    assert take(people.support) == "first"


def test_of_many_who_withdraw_one_item_exactly_one_is_told_that_it_waited(people):
    for number in range(5):
        wait(people.support, f"{number}")
        told = together([partial(withdraw, f"{number}")] * 8)
        assert sorted(told) == [False] * 7 + [True]


def test_many_who_take_at_once_take_each_item_once(people):
    for number in range(20):
        wait(people.support, f"{number:02}", minute=number)
    taken = []
    while line.waiting_count(people.support.id):
        taken += [key for key in together([partial(take, people.support)] * 8) if key is not None]
    assert sorted(taken) == [f"{number:02}" for number in range(20)]


def test_an_item_goes_either_to_who_takes_it_or_to_who_withdraws_it(people):
    for number in range(10):
        wait(people.support, f"{number}")
        taken, withdrawn = together([partial(take, people.support), partial(withdraw, f"{number}")])
        assert (taken, withdrawn) in {(f"{number}", False), (None, True)}
        assert not Entry.objects.exists()


def test_many_who_let_one_item_wait_at_once_give_it_one_place(people):
    told = together([partial(wait, people.support, "one", minute=number) for number in range(8)])
    assert told == [None] * 8
    assert line.waiting_count(people.support.id) == 1


def test_somebody_serves_the_queues_in_which_it_is_a_member(people):
    assert line.queue_ids_served_by(people.ana.user_id) == [people.support.id]
    assert line.queue_ids_served_by(people.olga.user_id) == [people.sales.id]
    assert line.queue_ids_served_by(people.vera.user_id) == []
