"""An agent vanishes: after the grace time its chats wait again, once; a flap moves nothing (SPEC §8)."""

from functools import partial

import pytest

from accounts import presence
from accounts.redis_clients import blocking
from chat.actions import absent_agents, conversations, resolving, routing
from chat.errors import NotAssigned
from chat.models import Conversation, Transition
from queueing import timers
from queueing.models import Timer
from tests.support.chats import chat_of, say, start, texts
from tests.support.here import Here
from tests.support.people import visitor
from tests.support.together import together

pytestmark = pytest.mark.database

GRACE = 45
SAID = "Ana is away; the chat waits again"


@pytest.fixture
def here(told, settings):
    settings.AGENT_GRACE_SECONDS = GRACE
    settings.SOCKETIO_PING_INTERVAL_SECONDS, settings.SOCKETIO_PING_TIMEOUT_SECONDS = 25, 20
    blocking().flushall()
    return Here(told)


@pytest.fixture
def chat(people, here):
    """Ana's, who is here from the beginning."""
    chat = chat_of(people.vera, people.ana)
    here.begin()
    here.comes(people.ana)
    return chat


def sweep(now):
    """What Celery does: look who is here, and fire what is due."""
    absent_agents.watch(now)
    timers.fire_due(now)


def state(chat) -> tuple[str, str | None]:
    chat.refresh_from_db()
    return chat.status, chat.agent.name if chat.agent else None


def returns() -> int:
    return Transition.objects.filter(kind="returned").count()


def test_whose_agent_is_here_stays_where_it_is(people, here, chat):
    for seconds in range(0, 200, 20):
        here.comes(people.ana, seconds)
        here.every_five_seconds(seconds, seconds + 15, sweep)
    assert state(chat) == ("open", "Ana")
    assert not Timer.objects.filter(kind=absent_agents.GONE).exists()


def test_whose_agent_has_gone_waits_again_after_the_grace_time_and_not_before(people, here, chat, told):
    here.goes(people.ana, 10)
    here.every_five_seconds(10, 10 + GRACE - 5, sweep)
    assert state(chat) == ("open", "Ana")
    here.every_five_seconds(10 + GRACE, 10 + GRACE, sweep)
    assert state(chat) == ("waiting", None)
    assert texts(chat)[-1] == SAID
    step = Transition.objects.get(kind="returned")
    assert (step.actor, step.from_agent.email, step.to_agent) == (None, "ana@home.example", None)


def test_whose_power_failed_is_counted_from_its_last_sign_of_life(people, here, chat):
    here.every_five_seconds(0, GRACE - 5, sweep)
    assert state(chat) == ("open", "Ana")
    here.every_five_seconds(GRACE, GRACE + 5, sweep)
    assert state(chat) == ("waiting", None)


def test_a_flap_of_twenty_seconds_moves_nothing(people, here, chat):
    for gone in (10, 50, 90):
        here.goes(people.ana, gone)
        here.every_five_seconds(gone, gone + 15, sweep)
        assert Timer.objects.filter(kind=absent_agents.GONE).exists()
        here.comes(people.ana, gone + 20)
        here.every_five_seconds(gone + 20, gone + 35, sweep)
    here.comes(people.ana, 130)
    here.every_five_seconds(130, 170, sweep)
    assert state(chat) == ("open", "Ana")
    assert returns() == 0
    assert not Timer.objects.filter(kind=absent_agents.GONE).exists()


def test_who_comes_and_goes_between_two_looks_is_counted_from_the_last_time(people, here, chat):
    here.goes(people.ana, 10)
    here.every_five_seconds(10, 15, sweep)
    here.comes(people.ana, 16)
    here.goes(people.ana, 30)
    here.every_five_seconds(20, 30 + GRACE - 5, sweep)
    assert state(chat) == ("open", "Ana")
    here.every_five_seconds(30 + GRACE, 30 + GRACE, sweep)
    assert state(chat) == ("waiting", None)


def test_all_its_chats_come_back_once_to_their_old_places_though_several_workers_look(people, here):
    customers = [people.vera, *(visitor(people.widget, f"Customer {number}") for number in range(4))]
    taken = [chat_of(customer, people.ana) for customer in customers[:4]]
    later = start(customers[4])
    here.begin()
    here.comes(people.ana)
    here.goes(people.ana, 1)
    here.every_five_seconds(5, GRACE - 5, absent_agents.watch)
    here.watched(GRACE + 2)
    together([partial(sweep, here.at(GRACE + 2))] * 3)
    sweep(here.at(GRACE + 3))
    assert returns() == 4
    assert [texts(chat).count(SAID) for chat in taken] == [1] * 4
    assert [routing.pick_next(people.bo) for _ in range(5)] == [*taken, later]


def test_a_former_owner_comes_too_late_to_write_and_is_told_so(people, here, chat):
    here.goes(people.ana, 1)
    here.every_five_seconds(5, GRACE + 5, sweep)
    routing.claim(people.bo, str(chat.id))
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "too late")
    with pytest.raises(NotAssigned):
        conversations.close_conversation(people.ana, str(chat.id))
    assert "too late" not in texts(chat)
    say(people.bo, chat, "I am here")


def test_who_has_chosen_to_be_offline_but_is_here_keeps_its_chats(people, here, chat, told):
    told.process.run(presence.set_status(people.ana.user_id, "offline"))
    for seconds in range(0, 100, 20):
        here.comes(people.ana, seconds)
        here.every_five_seconds(seconds, seconds + 15, sweep)
    assert state(chat) == ("open", "Ana")


def test_who_is_given_a_chat_while_it_is_away_has_the_grace_time_to_come(people, here):
    here.comes(people.bo, -50)
    here.goes(people.bo, -40)
    chat = start(people.vera)
    routing.reassign(people.sam, str(chat.id), str(people.bo.user_id))
    here.every_five_seconds(0, GRACE - 5, sweep)
    assert state(chat) == ("open", "Bo")
    here.every_five_seconds(GRACE, GRACE + 30, sweep)
    assert state(chat) == ("waiting", None)


def test_a_chat_without_a_queue_waits_in_the_default_one_and_a_resolved_one_stays(people, here, chat):
    done = resolving.resolve(people.ana, str(chat_of(people.walt, people.ana).id))
    here.begin()
    Conversation.objects.filter(id=chat.id).update(queue=None)
    here.goes(people.ana, 1)
    here.every_five_seconds(5, GRACE + 5, sweep)
    assert state(chat) == ("waiting", None)
    assert chat.queue == people.support
    assert state(done) == ("resolved", "Ana")


def lose_everything(redis_server, here):
    blocking().flushall()


def restart(redis_server, here):
    """With what it had on disk: leases that have ended meanwhile, and old signs of life."""
    redis_server.kill()
    redis_server.start()


def let_nobody_watch(redis_server, here):
    """All web processes restart: everyone is out of sight, and none of them is gone."""


@pytest.mark.parametrize("trouble", [lose_everything, restart, let_nobody_watch])
def test_what_looks_like_everyone_being_gone_moves_nothing(people, here, chat, redis_server, trouble):
    here.goes(people.ana, 1)
    here.every_five_seconds(5, 10, sweep)
    assert Timer.objects.filter(kind=absent_agents.GONE).exists()
    here.comes(people.ana, 12)  # and that is what gets lost, or cannot be said any more
    trouble(redis_server, here)
    for seconds in range(60, 80, 5):
        sweep(here.at(seconds))
    here.every_five_seconds(80, 100, sweep)
    assert state(chat) == ("open", "Ana"), "nobody could know"
    here.comes(people.ana, 102)
    here.every_five_seconds(105, 140, sweep)
    assert state(chat) == ("open", "Ana")
    here.goes(people.ana, 140)
    here.every_five_seconds(145, 140 + GRACE + 5, sweep)
    assert state(chat) == ("waiting", None), "now it is sure"


def test_a_redis_that_was_started_anew_may_have_lost_the_last_signs_of_life(people, here, chat, redis_server):
    here.every_five_seconds(5, 20, sweep)
    redis_server.kill()
    redis_server.start()
    here.every_five_seconds(25, 50, sweep)
    here.comes(people.ana, 51)
    here.every_five_seconds(55, 90, sweep)
    assert state(chat) == ("open", "Ana")


def test_without_redis_nothing_moves_and_the_timer_stays(people, here, chat, redis_server, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE_AFTER_FAILURE_SECONDS", 0)
    here.goes(people.ana, 1)
    here.every_five_seconds(5, 10, sweep)
    redis_server.kill()
    try:
        for seconds in range(40, 80, 10):
            sweep(here.at(seconds))
    finally:
        redis_server.start()
    assert state(chat) == ("open", "Ana")
    assert Timer.objects.filter(kind=absent_agents.GONE).exists()
