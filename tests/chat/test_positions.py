"""Those who wait are told where they stand and how long it will take, when it changes (SPEC §8)."""

import asyncio
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts import presence
from chat import estimates
from chat.actions import conversations, routing
from chat.events import QueueChanged
from chat.fanout import positions
from chat.models import Transition
from queueing import line
from queueing.models import Member, OpeningHours
from tests.support.chats import chat_of, start
from tests.support.people import visitor
from tests.support.services import wait_until
from tests.support.sockets import Client

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    """Look ten times as often, so that nothing here takes seconds."""
    monkeypatch.setattr(positions, "AFTER_A_CHANGE_SECONDS", 0.1)
    monkeypatch.setattr(positions, "ANYWAY_SECONDS", 0.5)
    monkeypatch.setattr(estimates, "KNOWN_FOR_SECONDS", 0)


@pytest.fixture
def queries(monkeypatch):
    """The queries of all threads."""
    seen = []
    execute = CursorWrapper.execute

    def note(cursor, sql, params=None):
        seen.append(str(sql))
        return execute(cursor, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", note)
    return seen


@pytest.fixture
def handled(people):
    """A chat that an agent of "Support" had for 90 seconds."""
    chat = chat_of(visitor(people.widget, "Xena"), people.ana)
    conversations.close_conversation(people.ana, str(chat.id))
    moment = timezone.now() - timedelta(hours=1)
    for number, step in enumerate(chat.transitions.order_by("id")):
        later = moment + timedelta(seconds=90 * number)
        Transition.objects.filter(id=step.id).update(created_at=later)
    return chat


def join(told, person):
    """A customer at its widget, in its chat."""
    client = Client(told.process, "/chat", person)
    assert client.emit("join-chat", {})["ok"]
    return client


def places(client):
    return [(data["position"], data["eta"]) for data in client.received("queue-position")]


def last(client, *expected):
    """Wait until a client has been told this, and nothing since."""
    wait_until(lambda: places(client)[-1:] == [expected], f"{expected} after {places(client)}")


def test_who_comes_is_told_its_place_at_once_and_again_whenever_it_changes(people, told):
    first, second, third = (
        join(told, person) for person in (people.vera, people.walt, visitor(people.widget, "Xena"))
    )
    for place, client in enumerate((first, second, third), 1):
        last(client, place, None)
    assert routing.pick_next(people.ana)
    last(second, 1, None)
    last(third, 2, None)
    conversations.close_conversation(people.walt, second.received("queue-position")[0]["chatId"])
    last(third, 1, None)
    assert [places(client) for client in (first, second, third)] == [
        [(1, None)],
        [(2, None), (1, None)],
        [(3, None), (2, None), (1, None)],
    ], "each change once, and nothing to those who wait no more"


def test_who_reloads_is_told_again_and_only_about_its_own_chat(people, told):
    start(people.vera)
    client = join(told, people.walt)
    last(client, 2, None)
    client.leave()
    again = join(told, people.walt)
    last(again, 2, None)
    assert {data["chatId"] for data in again.received("queue-position")} == {str(start(people.walt).id)}


def test_a_chat_that_waits_again_is_told_its_place_again(people, told):
    client = join(told, people.vera)
    last(client, 1, None)
    chat = routing.pick_next(people.ana)
    start(people.walt)
    routing.return_to_queue(people.ana, str(chat.id))
    wait_until(lambda: places(client) == [(1, None), (1, None)], "its place")


def test_the_estimate_follows_who_is_here_and_what_chats_have_taken(people, told, handled):
    start(people.walt)
    client = join(told, people.vera)
    last(client, 2, None)
    for agents, eta in ((people.ana, 180), (people.bo, 90)):
        told.process.run(presence.arrive(agents.user_id, "socket"))
        last(client, 2, eta)
    told.process.run(presence.set_status(people.ana.user_id, "away"))
    last(client, 2, 180)
    Member.objects.filter(user=people.bo.user_id).delete()
    last(client, 2, None)


def test_nobody_is_told_an_estimate_while_the_queue_is_closed(people, told, handled):
    told.process.run(presence.arrive(people.ana.user_id, "socket"))
    client = join(told, people.vera)
    last(client, 1, 90)
    in_three_days = timezone.now() + timedelta(days=3)
    OpeningHours.objects.create(
        queue=people.support, weekday=in_three_days.weekday(), opens="09:00", closes="10:00"
    )
    last(client, 1, None)


def test_a_change_of_which_no_event_came_is_told_too(people, told):
    ahead = start(people.walt)
    client = join(told, people.vera)
    last(client, 2, None)
    with transaction.atomic():
        line.withdraw(str(ahead.id))
    last(client, 1, None)


def test_however_many_wait_here_they_are_told_after_the_same_few_queries(people, told, queries):
    def looked_up():
        """The queries of a look at which nobody's place is told."""
        queries.clear()
        told.process.run(told.fanout.positions._look())
        return len(queries)

    first = join(told, people.vera)
    last(first, 1, None)
    for_one = looked_up()
    others = [join(told, visitor(people.widget, f"Guest {number}")) for number in range(8)]
    for place, client in enumerate(others, 2):
        last(client, place, None)
    assert looked_up() == for_one == 6


def test_nothing_is_asked_while_nobody_waits_here(people, told, queries):
    start(people.vera)
    client = join(told, people.walt)
    last(client, 2, None)
    client.leave()
    looks = told.fanout.positions._somebody_waits
    wait_until(lambda: not told.process.call(looks.is_set), "the end of looking")
    queries.clear()
    told.process.call(told.fanout.hub.receive, QueueChanged("added", str(people.support.id), "somebody's"))
    told.process.run(asyncio.sleep(3 * positions.ANYWAY_SECONDS))
    assert [sql for sql in queries if "queueing_entry" in sql] == []
