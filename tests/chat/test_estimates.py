"""How long the chats of a queue take, from their audit trail (SPEC §8)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import estimates
from chat.models import Transition
from tests.support.chats import start
from tests.support.people import visitor

pytestmark = pytest.mark.database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def live(people):
    """Let a new chat of "Support" live through steps, each (second, status, agent, queue)."""

    def live(*steps):
        chat = start(visitor(people.widget, f"Guest {Transition.objects.count()}"))
        chat.transitions.all().delete()
        before = ("", None, None)
        for second, status, agent, queue in steps:
            agent_id = agent.user_id if agent else None
            Transition.objects.create(
                conversation=chat,
                kind="any",
                from_status=before[0],
                from_agent_id=before[1],
                from_queue=before[2],
                to_status=status,
                to_agent_id=agent_id,
                to_queue=queue,
                created_at=NOON + timedelta(seconds=second),
            )
            before = (status, agent_id, queue)

    return live


def average(queue, monkeypatch):
    monkeypatch.setattr(estimates, "_handle_times", {})
    return estimates.average_handle_seconds(queue.id)


def test_a_handle_time_goes_from_when_an_agent_got_a_chat_until_it_was_over_or_somebody_elses(
    people, live, monkeypatch
):
    ana, bo, support, sales = people.ana, people.bo, people.support, people.sales
    assert average(support, monkeypatch) is None
    live((0, "waiting", None, support), (1000, "open", ana, support))
    live((0, "waiting", None, support), (1000, "closed", None, support))
    live((0, "open", None, support), (1000, "waiting", None, support))
    assert average(support, monkeypatch) is None, (
        "nobody is done with any, and nobody had those that are over"
    )
    live((0, "waiting", None, support), (1000, "open", ana, support), (1060, "resolved", ana, support))
    assert average(support, monkeypatch) == 60
    live((0, "open", ana, support), (30, "open", bo, support), (120, "closed", bo, support))
    assert average(support, monkeypatch) == (60 + 30 + 90) / 3, "each agent's time"
    live((0, "open", ana, support), (20, "waiting", None, sales), (5000, "open", bo, sales))
    assert average(support, monkeypatch) == (60 + 30 + 90 + 20) / 4, "what went to another queue too"
    assert average(sales, monkeypatch) is None
    live(
        (0, "open", ana, support),
        (100, "resolved", ana, support),
        (9000, "open", ana, support),
        (9300, "closed", ana, support),
    )
    assert average(support, monkeypatch) == (60 + 30 + 90 + 20 + 100 + 300) / 6, "not what was silent between"


def test_the_latest_chats_count_and_not_the_older_ones(people, live, monkeypatch):
    monkeypatch.setattr(estimates, "RECENT_CHATS", 3)
    for seconds in (1000, 1000, 10, 20, 30):
        live((0, "open", people.ana, people.support), (seconds, "closed", people.ana, people.support))
    assert average(people.support, monkeypatch) == 20


def test_a_handle_time_is_looked_up_once_in_a_while(people, live, monkeypatch):
    live((0, "open", people.ana, people.support), (60, "closed", people.ana, people.support))
    assert average(people.support, monkeypatch) == 60
    live((0, "open", people.ana, people.support), (180, "closed", people.ana, people.support))
    with CaptureQueriesContext(connection) as captured:
        assert estimates.average_handle_seconds(people.support.id) == 60
        assert len(captured) == 0
    clock = estimates.time.monotonic
    monkeypatch.setattr(estimates.time, "monotonic", lambda: clock() + estimates.KNOWN_FOR_SECONDS)
    assert estimates.average_handle_seconds(people.support.id) == 120


def test_a_queues_latest_chats_are_found_by_their_index(people, live):
    live((0, "open", people.ana, people.support), (60, "closed", people.ana, people.support))
    plan = estimates._latest_handlings(people.support.id).values_list("length").explain()
    if connection.vendor == "sqlite":
        assert "ends_of_handling" in plan
        assert "SCAN" not in plan, plan
