"""What happens when nobody writes any more (SPEC §8): one warning for each silence, then the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from accounts.redis_clients import blocking
from chat.actions import resolving, typing_hints
from chat.actions.conversations import close_conversation
from chat.events import ConversationChanged, InactivityWarned
from chat.models import Conversation, Transition
from queueing import timers
from queueing.models import Queue, Timer
from tests.support.chats import chat_of, say, start, texts
from tests.support.database_trouble import locked
from tests.support.services import wait_until
from tests.support.sockets import Client

pytestmark = pytest.mark.database

WARNING_SECONDS = 240
CLOSE_SECONDS = 1800


@pytest.fixture(autouse=True)
def limits(settings) -> None:
    settings.INACTIVITY_WARNING_SECONDS = WARNING_SECONDS
    settings.INACTIVITY_CLOSE_SECONDS = CLOSE_SECONDS


@pytest.fixture
def chat(people, told):
    chat = chat_of(people.vera, people.ana)
    told.forget()
    return chat


def after(chat, seconds):
    """Fire what is due so long after something was last said; returns when that was."""
    chat.refresh_from_db()
    timers.fire_due(chat.last_activity_at + timedelta(seconds=seconds))
    return chat.last_activity_at


def test_both_sides_are_warned_when_nobody_has_written_for_the_time_and_not_before(chat, told):
    after(chat, WARNING_SECONDS - 1)
    assert told.events() == []
    last = after(chat, WARNING_SECONDS + 1)
    assert told.events() == [InactivityWarned(str(chat.id), last + timedelta(seconds=CLOSE_SECONDS))]


def test_one_silence_is_warned_of_once(chat, told):
    for seconds in range(WARNING_SECONDS, CLOSE_SECONDS - 60, 30):
        after(chat, seconds + 1)
    assert len(told.of(InactivityWarned)) == 1


def test_a_message_puts_the_warning_off(people, chat, told):
    first = after(chat, 0)
    say(people.vera, chat, "still here")
    chat.refresh_from_db()
    # What was due by the first silence comes when the second has lasted a second less than the time.
    Conversation.objects.filter(id=chat.id).update(last_activity_at=first + timedelta(seconds=100))
    told.forget()
    timers.fire_due(first + timedelta(seconds=WARNING_SECONDS + 1))
    timers.fire_due(first + timedelta(seconds=100 + WARNING_SECONDS - 1))
    assert told.events() == []
    timers.fire_due(first + timedelta(seconds=100 + WARNING_SECONDS))
    assert len(told.of(InactivityWarned)) == 1


def test_a_second_silence_after_a_message_is_warned_of_again(people, chat, told):
    first = after(chat, WARNING_SECONDS)
    assert len(told.of(InactivityWarned)) == 1
    say(people.ana, chat, "anything else?")
    Conversation.objects.filter(id=chat.id).update(last_activity_at=first + timedelta(seconds=300))
    for seconds in (300, 480, 539):
        timers.fire_due(first + timedelta(seconds=seconds))
    assert len(told.of(InactivityWarned)) == 1
    timers.fire_due(first + timedelta(seconds=300 + WARNING_SECONDS))
    warnings = told.of(InactivityWarned)
    assert [warning.closes_at - first for warning in warnings] == [
        timedelta(seconds=CLOSE_SECONDS),
        timedelta(seconds=300 + CLOSE_SECONDS),
    ]


def test_the_system_closes_a_chat_in_which_nobody_writes_any_more(people, chat, told):
    after(chat, CLOSE_SECONDS - 1)
    chat.refresh_from_db()
    assert chat.status == "open"
    told.forget()
    after(chat, CLOSE_SECONDS)
    chat.refresh_from_db()
    assert (chat.status, chat.close_reason, chat.closed_by) == ("closed", "inactivity", None)
    assert texts(chat)[-1] == "Closed because nobody wrote any more"
    step = Transition.objects.filter(conversation=chat).last()
    assert (step.kind, step.actor, step.from_status, step.to_status) == ("closed", None, "open", "closed")
    [changed] = told.of(ConversationChanged)
    assert (changed.conversation.close_reason, changed.conversation.closed_by) == ("inactivity", None)
    assert not Timer.objects.exists()


def test_what_a_worker_that_was_down_finds_overdue_is_done_once(chat, told):
    after(chat, 10 * CLOSE_SECONDS)
    after(chat, 11 * CLOSE_SECONDS)
    assert len(told.of(ConversationChanged)) == 1
    assert texts(chat).count("Closed because nobody wrote any more") == 1


def test_a_message_puts_the_end_off(people, chat):
    first = after(chat, 0)
    say(people.vera, chat, "wait")
    Conversation.objects.filter(id=chat.id).update(last_activity_at=first + timedelta(seconds=100))
    for seconds, status in ((0, "open"), (99, "open"), (100, "closed")):
        timers.fire_due(first + timedelta(seconds=CLOSE_SECONDS + seconds))
        chat.refresh_from_db()
        assert chat.status == status


def test_a_waiting_chat_is_never_closed_for_silence(chat, told):
    Conversation.objects.filter(id=chat.id).update(status="waiting")
    for seconds in (WARNING_SECONDS, CLOSE_SECONDS, 100 * CLOSE_SECONDS):
        after(chat, seconds)
    chat.refresh_from_db()
    assert (chat.status, told.events()) == ("waiting", [])


def test_a_resolved_chat_is_closed_for_silence_without_a_warning(people, chat, told):
    resolved = resolving.resolve(people.ana, str(chat.id))
    for seconds, status in ((WARNING_SECONDS, "resolved"), (CLOSE_SECONDS, "closed")):
        timers.fire_due(resolved.last_activity_at + timedelta(seconds=seconds))
        chat.refresh_from_db()
        assert chat.status == status
    assert told.of(InactivityWarned) == []


def test_a_chat_that_nobody_has_taken_yet_is_never_closed_for_silence(people):
    start(people.vera)
    assert set(Timer.objects.values_list("kind", flat=True)) == {"queue-timeout"}


def test_a_chat_that_was_closed_is_left_alone(people, chat, told):
    close_conversation(people.ana, str(chat.id))
    told.forget()
    assert timers.fire_due(chat.updated_at + timedelta(seconds=10 * CLOSE_SECONDS)) == 0
    assert told.events() == []


def test_a_queue_may_have_times_of_its_own(people, told):
    Queue.objects.filter(id=people.support.id).update(
        inactivity_warning_seconds=10, inactivity_close_seconds=20
    )
    chat = chat_of(people.vera, people.ana)
    told.forget()
    after(chat, 9)
    assert told.events() == []
    last = after(chat, 11)
    assert told.of(InactivityWarned) == [InactivityWarned(str(chat.id), last + timedelta(seconds=20))]
    after(chat, 21)
    chat.refresh_from_db()
    assert chat.status == "closed"


def test_who_types_is_not_silent_and_what_was_lost_of_it_is(people, chat, told):
    long_ago = chat.last_activity_at - timedelta(seconds=CLOSE_SECONDS)
    Conversation.objects.filter(id=chat.id).update(last_activity_at=long_ago)
    Timer.objects.update(due_at=chat.last_activity_at)
    vera = Client(told.process, "/", people.vera)
    for event in ("conversation:join", "typing:start"):
        vera.emit(event, {"conversationId": str(chat.id)})
    wait_until(lambda: typing_hints.last_typed(str(chat.id)), "the note that somebody typed")
    typed = typing_hints.last_typed(str(chat.id))
    told.forget()
    assert timers.fire_due(typed) == 2
    chat.refresh_from_db()
    assert (chat.status, told.of(InactivityWarned)) == ("open", [])
    assert dict(Timer.objects.values_list("kind", "due_at")) == {
        "inactivity-warning": typed + timedelta(seconds=WARNING_SECONDS),
        "inactivity-close": typed + timedelta(seconds=CLOSE_SECONDS),
    }
    timers.fire_due(typed + timedelta(seconds=WARNING_SECONDS))
    assert told.of(InactivityWarned) == [
        InactivityWarned(str(chat.id), typed + timedelta(seconds=CLOSE_SECONDS))
    ]
    blocking().flushall()
    timers.fire_due(typed + timedelta(seconds=CLOSE_SECONDS))
    chat.refresh_from_db()
    assert chat.status == "closed"


def test_the_tick_does_not_wait_for_a_chat_that_is_busy_and_comes_back_to_it(chat, told):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows.")

    def tick():
        try:
            return timers.fire_due(chat.last_activity_at + timedelta(seconds=WARNING_SECONDS))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as executor:
        with locked(chat):
            assert executor.submit(tick).result(5) == 0
        assert executor.submit(tick).result(5) == 1
    assert len(told.of(InactivityWarned)) == 1
