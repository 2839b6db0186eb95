"""Nobody takes a chat in time: who is here gets the ticket form, who has gone loses its place (SPEC §3)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from accounts.redis_clients import blocking
from chat.actions import routing
from chat.events import ConversationChanged
from chat.models import Conversation, Transition
from queueing import line, timers
from queueing.models import Entry, Queue, Timer
from tests.support.chats import start, texts
from tests.support.here import Here

pytestmark = pytest.mark.database

TIMEOUT, GRACE = 600, 45


@pytest.fixture
def here(told, settings):
    settings.AGENT_GRACE_SECONDS, settings.QUEUE_TIMEOUT_SECONDS = GRACE, TIMEOUT
    settings.SOCKETIO_PING_INTERVAL_SECONDS, settings.SOCKETIO_PING_TIMEOUT_SECONDS = 25, 20
    blocking().flushall()
    return Here(told)


@pytest.fixture
def chat(people, told, here):
    """Vera's, which begins to wait at the moment 0, or a little later."""
    chat = start(people.vera)
    Timer.objects.filter(kind="queue-timeout").update(due_at=here.at(TIMEOUT))
    told.forget()
    return chat


def tick(here, seconds):
    for moment in range(int(seconds) - 60, int(seconds), 5):
        here.watched(moment)
    timers.fire_due(here.at(seconds))


def timeouts_told(told) -> list[str]:
    return [event.kind for event in told.of(ConversationChanged)]


def test_who_is_here_is_told_once_and_goes_on_waiting(people, here, chat, told):
    here.comes(people.vera, TIMEOUT - 10)
    tick(here, TIMEOUT - 1)
    assert told.events() == []
    tick(here, TIMEOUT)
    [changed] = told.events()
    assert (changed.kind, changed.conversation.queue_timed_out) == ("queue-timeout", True)
    assert (changed.conversation.status, changed.version) == ("waiting", chat.version + 1)
    for round_number in range(1, 5):
        here.comes(people.vera, TIMEOUT + round_number * GRACE)
        tick(here, TIMEOUT + round_number * GRACE)
    assert timeouts_told(told) == ["queue-timeout"]
    assert routing.pick_next(people.ana) == chat


def test_who_has_been_gone_for_longer_than_the_grace_time_loses_its_place(people, here, chat):
    here.comes(people.vera, 0)
    here.goes(people.vera, TIMEOUT - GRACE)
    tick(here, TIMEOUT)
    chat.refresh_from_db()
    assert (chat.status, chat.close_reason, chat.closed_by) == ("closed", "queue-timeout", None)
    assert texts(chat)[-1] == "Closed because nobody could take the chat and the customer had left"
    assert Transition.objects.filter(conversation=chat, kind="closed", actor=None).count() == 1
    assert not Entry.objects.exists()
    assert not Timer.objects.exists()
    assert line.waiting_count(people.support.id) == 0


def test_who_has_just_gone_keeps_its_place_for_the_grace_time(people, here, chat, told):
    here.comes(people.vera, TIMEOUT - 50)
    here.goes(people.vera, TIMEOUT - 30)
    tick(here, TIMEOUT)
    assert timeouts_told(told) == ["queue-timeout"]
    tick(here, TIMEOUT - 30 + GRACE - 1)
    assert Entry.objects.exists()
    tick(here, TIMEOUT - 30 + GRACE)
    chat.refresh_from_db()
    assert chat.status == "closed"


def test_who_comes_back_within_the_grace_time_goes_on_waiting(people, here, chat):
    here.comes(people.vera, TIMEOUT - 50)
    here.goes(people.vera, TIMEOUT - 30)
    tick(here, TIMEOUT)
    here.comes(people.vera, TIMEOUT + 10)
    tick(here, TIMEOUT - 30 + GRACE)
    chat.refresh_from_db()
    assert (chat.status, Entry.objects.count()) == ("waiting", 1)


def test_while_nobody_can_tell_who_is_here_nobody_loses_its_place(people, here, chat, told):
    here.comes(people.vera, 0)
    here.goes(people.vera, 10)
    blocking().flushall()
    timers.fire_due(here.at(TIMEOUT))
    timers.fire_due(here.at(TIMEOUT + GRACE))
    chat.refresh_from_db()
    assert (chat.status, timeouts_told(told)) == ("waiting", ["queue-timeout"])


def test_a_queue_may_have_a_time_of_its_own(people, here):
    Queue.objects.filter(id=people.support.id).update(queue_timeout_seconds=60)
    chat = start(people.vera)
    due = Timer.objects.get(key=str(chat.id)).due_at
    assert due == chat.queued_at + timedelta(seconds=60)


def test_who_is_taken_or_waits_anew_is_not_told(people, here, chat, told):
    here.comes(people.vera, TIMEOUT - 10)
    routing.claim(people.ana, str(chat.id))
    told.forget()
    tick(here, TIMEOUT)
    assert timeouts_told(told) == []
    tick(here, TIMEOUT - 30)
    routing.return_to_queue(people.ana, str(chat.id))
    assert Conversation.objects.get().queue_timed_out_at is None
    assert Timer.objects.get(kind="queue-timeout").due_at > here.at(TIMEOUT - 30)


@pytest.mark.parametrize("kind", ["queue-timeout", "relax-skills", "new-round"])
def test_a_chat_that_is_just_being_taken_is_left_to_who_takes_it(people, here, chat, kind):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows.")
    timers.arm(kind, str(chat.id), here.at(0))

    def tick() -> int:
        try:
            return timers.fire_due(here.at(1))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as executor:
        with transaction.atomic():
            line.withdraw(str(chat.id))
            assert executor.submit(tick).result(5) == 0
            transaction.set_rollback(True)
        assert executor.submit(tick).result(5) == 1
