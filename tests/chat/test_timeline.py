"""One conversation's durable events in a process: in order, each once, none missing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.events import Person, ReceiptChanged
from chat.fanout.timeline import Timeline

READER = Person(id="p", role="customer", email="", first_name="Vera", last_name="")


def change(version: int) -> ReceiptChanged:
    return ReceiptChanged("c", version, version, "m", READER, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def delivered():
    """The versions that were let through, in their order."""
    return []


def timeline(delivered, version=None):
    return Timeline(lambda event: delivered.append(event.version), version)


def test_what_comes_in_order_is_let_through_at_once(delivered):
    line = timeline(delivered, 3)
    for version in (4, 5, 6):
        line.receive(change(version))
        assert delivered[-1] == version
    assert (delivered, line.has_gap) == ([4, 5, 6], False)


def test_what_comes_too_early_waits_for_what_is_late(delivered):
    line = timeline(delivered, 3)
    line.receive(change(6))
    line.receive(change(5))
    assert (delivered, line.has_gap) == ([], True)
    line.receive(change(4))
    assert (delivered, line.has_gap) == ([4, 5, 6], False)


def test_what_comes_twice_is_let_through_once(delivered):
    line = timeline(delivered, 3)
    for version in (4, 4, 6, 6, 3, 5, 5, 4, 6):
        line.receive(change(version))
    assert delivered == [4, 5, 6]


def test_before_the_snapshot_everything_waits_and_what_the_snapshot_holds_is_dropped(delivered):
    line = timeline(delivered)
    for version in (7, 4, 5, 6, 9):
        line.receive(change(version))
    assert (delivered, line.has_gap) == ([], False)
    line.begin(5)
    assert (delivered, line.has_gap) == ([6, 7], True)
    line.begin(8)
    assert line.version == 7


def test_what_was_lost_is_taken_from_the_database_and_not_delivered_again_when_it_comes_after_all(delivered):
    line = timeline(delivered, 3)
    line.receive(change(6))
    line.catch_up([change(5), change(4)], 5)
    assert (delivered, line.has_gap) == ([4, 5, 6], False)
    line.receive(change(4))
    assert delivered == [4, 5, 6]


def test_a_row_that_changed_twice_leaves_a_hole_in_what_the_database_says_and_nobody_waits_for_it(delivered):
    line = timeline(delivered, 3)
    line.catch_up([change(6), change(4)], 7)
    assert (delivered, line.version) == ([4, 6], 7)
    line.receive(change(8))
    assert (delivered, line.has_gap) == ([4, 6, 8], False)


def test_an_answer_of_the_database_that_is_older_than_what_came_meanwhile_changes_nothing(delivered):
    line = timeline(delivered, 3)
    line.receive(change(4))
    line.receive(change(5))
    line.catch_up([change(4)], 4)
    assert (delivered, line.version) == ([4, 5], 5)
    early = timeline(delivered)
    early.catch_up([change(4)], 4)
    assert (delivered, early.version) == ([4, 5], None)


@given(st.permutations(range(1, 9)), st.integers(0, 8), st.integers(0, 8))
def test_in_any_order_and_however_often_everything_after_the_snapshot_comes_once(
    order, snapshot, begins_after
):
    delivered = []
    line = timeline(delivered)
    for number, version in enumerate([*order, *order]):
        if number == begins_after:
            line.begin(snapshot)
        line.receive(change(version))
    assert delivered == list(range(snapshot + 1, 9))
