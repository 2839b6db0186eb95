"""When a queue is open, week by week and through both changes of the clocks (SPEC §8)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from queueing import hours
from queueing.models import OpeningHours, Queue
from queueing.models.queue import check_time_zone

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
OFFICE = [(day, "09:00", "17:30") for day in range(5)]
BY_NIGHT = [(FRIDAY, "22:00", "06:00"), (SUNDAY, "20:00", "02:00")]
ALWAYS_ON_MONDAY = [(MONDAY, "00:00", "00:00")]
WITH_A_BREAK = [(MONDAY, "09:00", "12:00"), (MONDAY, "13:00", "17:00")]


def queue(weekly, zone="Europe/Berlin"):
    """A queue with its opening hours at hand, as a prefetch leaves it: nothing here has a database."""
    made = Queue(name="Support", time_zone=zone)
    rows = [
        OpeningHours(
            queue=made, weekday=day, opens=time.fromisoformat(opens), closes=time.fromisoformat(ends)
        )
        for day, opens, ends in weekly
    ]
    made._prefetched_objects_cache = {"opening_hours": rows}
    return made


def berlin(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("weekly", "moment", "is_open", "next_opening"),
    [
        # 2026-01-05 is a Monday.
        ([], "2026-01-05 03:00", True, None),
        (OFFICE, "2026-01-05 08:59:59", False, "2026-01-05 09:00"),
        (OFFICE, "2026-01-05 09:00", True, None),
        (OFFICE, "2026-01-05 17:29:59", True, None),
        (OFFICE, "2026-01-05 17:30", False, "2026-01-06 09:00"),
        (OFFICE, "2026-01-09 17:30", False, "2026-01-12 09:00"),
        (WITH_A_BREAK, "2026-01-05 12:30", False, "2026-01-05 13:00"),
        (WITH_A_BREAK, "2026-01-05 17:00", False, "2026-01-12 09:00"),
        (BY_NIGHT, "2026-01-09 21:59", False, "2026-01-09 22:00"),
        (BY_NIGHT, "2026-01-09 23:59", True, None),
        (BY_NIGHT, "2026-01-10 05:59", True, None),
        (BY_NIGHT, "2026-01-10 06:00", False, "2026-01-11 20:00"),
        (BY_NIGHT, "2026-01-12 01:59", True, None),
        (BY_NIGHT, "2026-01-12 02:00", False, "2026-01-16 22:00"),
        (ALWAYS_ON_MONDAY, "2026-01-05 00:00", True, None),
        (ALWAYS_ON_MONDAY, "2026-01-05 23:59:59", True, None),
        (ALWAYS_ON_MONDAY, "2026-01-06 00:00", False, "2026-01-12 00:00"),
        ([*OFFICE, (MONDAY, "17:00", "19:00")], "2026-01-05 17:30", True, None),
        # Summer and winter: nine o'clock is nine o'clock.
        (OFFICE, "2026-07-06 08:59", False, "2026-07-06 09:00"),
        (OFFICE, "2026-07-06 09:00", True, None),
        (OFFICE, "2026-03-27 18:00", False, "2026-03-30 09:00"),
        (OFFICE, "2026-10-23 18:00", False, "2026-10-26 09:00"),
    ],
)
def test_a_queue_is_open_in_its_hours_and_says_when_it_opens_next(weekly, moment, is_open, next_opening):
    found, now = queue(weekly), berlin(moment)
    assert hours.is_open(found, now) is is_open
    assert hours.next_opening(found, now) == (next_opening and berlin(next_opening))


NIGHT_OF_THE_CHANGE = [(SATURDAY, "22:00", "06:00")]


@pytest.mark.parametrize(
    ("weekly", "utc", "is_open"),
    [
        # 2026-03-29: at 02:00 (01:00 UTC) it is 03:00. The night is seven hours long.
        (NIGHT_OF_THE_CHANGE, "2026-03-28 20:59", False),
        (NIGHT_OF_THE_CHANGE, "2026-03-28 21:00", True),
        (NIGHT_OF_THE_CHANGE, "2026-03-29 03:59", True),
        (NIGHT_OF_THE_CHANGE, "2026-03-29 04:00", False),
        # Half past two does not come: it is where it would have been.
        ([(SUNDAY, "02:30", "05:00")], "2026-03-29 01:29", False),
        ([(SUNDAY, "02:30", "05:00")], "2026-03-29 01:30", True),
        ([(SUNDAY, "01:00", "02:30")], "2026-03-29 01:29", True),
        ([(SUNDAY, "01:00", "02:30")], "2026-03-29 01:30", False),
        ([(SUNDAY, "02:30", "03:15")], "2026-03-29 01:20", False),
        # 2026-10-25: at 03:00 (01:00 UTC) it is 02:00 again. The night is nine hours long.
        (NIGHT_OF_THE_CHANGE, "2026-10-24 20:00", True),
        (NIGHT_OF_THE_CHANGE, "2026-10-25 04:59", True),
        (NIGHT_OF_THE_CHANGE, "2026-10-25 05:00", False),
        # Half past two comes twice: the first is meant.
        ([(SUNDAY, "02:30", "05:00")], "2026-10-25 00:29", False),
        ([(SUNDAY, "02:30", "05:00")], "2026-10-25 00:30", True),
        ([(SUNDAY, "02:30", "05:00")], "2026-10-25 01:15", True),
        ([(SUNDAY, "01:00", "02:30")], "2026-10-25 00:29", True),
        ([(SUNDAY, "01:00", "02:30")], "2026-10-25 00:30", False),
        ([(SUNDAY, "01:00", "02:30")], "2026-10-25 01:15", False),
    ],
)
def test_hours_hold_through_both_changes_of_the_clocks(weekly, utc, is_open):
    assert hours.is_open(queue(weekly), datetime.fromisoformat(utc).replace(tzinfo=UTC)) is is_open


@pytest.mark.parametrize(
    ("zone", "utc", "is_open"),
    [
        ("UTC", "2026-01-05 09:00", True),
        ("America/New_York", "2026-01-05 09:00", False),
        ("America/New_York", "2026-01-05 14:00", True),
        ("Pacific/Auckland", "2026-01-04 20:00", True),
        ("Asia/Kolkata", "2026-01-05 03:29", False),
        ("Asia/Kolkata", "2026-01-05 03:30", True),
    ],
)
def test_hours_are_those_of_the_queues_own_time_zone(zone, utc, is_open):
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert hours.is_open(queue(OFFICE, zone), moment) is is_open


CLOCK = st.times().map(lambda at: at.replace(second=0, microsecond=0).isoformat("minutes"))
WEEKLY = st.lists(st.tuples(st.integers(MONDAY, SUNDAY), CLOCK, CLOCK), min_size=1, max_size=5)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 365 * 86_400).map(lambda seconds: NEW_YEAR + timedelta(seconds=seconds))


@given(WEEKLY, ZONES, MOMENTS)
def test_at_the_next_opening_and_not_a_moment_before_a_closed_queue_is_open(weekly, zone, now):
    found = queue(weekly, zone)
    opens = hours.next_opening(found, now)
    if hours.is_open(found, now):
        assert opens is None
    else:
        assert opens is not None
        assert now < opens <= now + timedelta(days=8)
        assert hours.is_open(found, opens)
        assert not hours.is_open(found, opens - timedelta(seconds=1))
        assert not hours.is_open(found, now + (opens - now) / 2)


def test_a_time_zone_that_there_is_not_is_refused():
    check_time_zone("Europe/Berlin")
    for name in ("Mars/Olympus", "", "../UTC"):
        with pytest.raises(ValidationError, match="no such time zone"):
            check_time_zone(name)


@pytest.mark.database
def test_one_query_says_whether_a_queue_is_open_and_none_where_hours_were_prefetched(
    people, django_assert_num_queries
):
    OpeningHours.objects.create(queue=people.support, weekday=MONDAY, opens=time(9), closes=time(17))
    monday = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with django_assert_num_queries(1):
        assert hours.is_open(people.support, monday)
    [prefetched] = Queue.objects.prefetch_related("opening_hours").filter(id=people.support.id)
    with django_assert_num_queries(0):
        assert hours.is_open(prefetched, monday)
        assert not hours.is_open(prefetched, monday + timedelta(days=1))
