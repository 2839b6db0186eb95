"""Where items stand in their lines (SPEC §8)."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queueing import line
from queueing.models import Entry, Lane
from queueing.places import places

pytestmark = pytest.mark.database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SKILLS = st.sampled_from([(), ("french",), ("billing", "french")])
WAITING = st.tuples(st.integers(-1, 1), st.integers(0, 3), SKILLS, st.booleans())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WAITING, max_size=12), st.data())
def test_the_places_are_those_in_which_everything_would_be_taken(people, waiting, data):
    with transaction.atomic():
        Entry.objects.all().delete()
        Lane.objects.all().delete()
        for number, (priority, minute, skills, for_sales) in enumerate(waiting):
            queue = people.sales if for_sales else people.support
            since = NOON + timedelta(minutes=minute)
            line.enqueue(queue, f"{number}", now=since, priority=priority, skills=skills)
    asked = data.draw(st.sets(st.sampled_from([f"{number}" for number in range(14)])))
    found = places(asked)
    expected = {}
    for queue in (people.support, people.sales):
        with transaction.atomic():
            order = iter(partial(line.take_next, [queue.id], ["french", "billing"]), None)
            expected |= {key: (queue.id, place) for place, key in enumerate(order, 1) if key in asked}
            transaction.set_rollback(True)
    assert found == expected


@pytest.mark.parametrize("count", [1, 2, 40])
def test_how_many_are_asked_for_does_not_change_the_number_of_queries(
    people, count, django_assert_num_queries
):
    with transaction.atomic():
        for number in range(80):
            line.enqueue((people.support, people.sales)[number % 2], f"{number}", now=NOON)
    last = [f"{number}" for number in range(80 - 2 * count, 80)]
    with django_assert_num_queries(3):
        found = places(last)
    assert {key: place for key, (_, place) in found.items()} == {key: int(key) // 2 + 1 for key in last}
    with django_assert_num_queries(1):
        assert places(["nowhere"]) == {}
