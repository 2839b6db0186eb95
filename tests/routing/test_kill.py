"""A process that is killed between any two steps of an action loses no chat (SPEC §8)."""

from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.utils import timezone

from accounts import presence
from chat.actions import asking, conversations, inactivity, offers, routing, transfers
from chat.models import Conversation
from queueing import timers
from queueing.models import Entry, Offer, Queue, Timer
from tests.routing.dying import dies_after
from tests.support.chats import chat_of, start
from tests.support.routing_rules import broken_rules

pytestmark = pytest.mark.database

MANY = 300
"""More statements than any action has."""


@pytest.fixture
def push(people, is_here):
    """Support asks its agents; Ana and Bo are here."""
    Queue.objects.filter(id=people.support.id).update(mode="push")
    return Queue.objects.get(id=people.support.id)


@pytest.fixture
def is_here(people, told):
    """Ana and Bo have sockets."""
    for agent in (people.ana, people.bo):
        told.process.run(presence.arrive(agent.user_id, "socket"))


def asked(people):
    """A chat about which an agent is asked, and that agent."""
    chat = start(people.vera)
    offer = Offer.objects.get(key=str(chat.id))
    return chat, next(agent for agent in (people.ana, people.bo) if agent.user_id == offer.user_id)


def pick(people):
    start(people.vera)
    return partial(routing.pick_next, people.ana)


def claim(people):
    return partial(routing.claim, people.ana, str(start(people.vera).id))


def reassign(people):
    chat = chat_of(people.vera, people.ana)
    return partial(routing.reassign, people.sam, str(chat.id), str(people.bo.user_id))


def return_to_queue(people):
    return partial(routing.return_to_queue, people.ana, str(chat_of(people.vera, people.ana).id))


def transfer_to_queue(people):
    chat = chat_of(people.vera, people.ana)
    return partial(transfers.transfer_to_queue, people.ana, str(chat.id), str(people.sales.id), "a note")


def transfer_to_agent(people):
    chat = chat_of(people.vera, people.ana)
    return partial(transfers.transfer_to_agent, people.ana, str(chat.id), str(people.bo.user_id), "a note")


def begin(people):
    return partial(conversations.start_conversation, people.vera)


def close(people):
    return partial(conversations.close_conversation, people.vera, str(start(people.vera).id))


def be_silent(people):
    chat_of(people.vera, people.ana)
    Timer.objects.filter(kind=inactivity.WARNING).delete()  # which is an action of its own
    return partial(timers.fire_due, timezone.now() + timedelta(days=1))


def accept(people):
    chat, agent = asked(people)
    return partial(offers.accept, agent, str(chat.id))


def decline(people):
    chat, agent = asked(people)
    return partial(offers.decline, agent, str(chat.id))


def answer_not(people):
    asked(people)
    return partial(timers.fire_due, timezone.now() + timedelta(seconds=31))


def ask(people):
    Queue.objects.update(mode="pull")
    start(people.vera)
    Queue.objects.filter(id=people.support.id).update(mode="push")
    return asking.ask_everywhere


PULLED = (
    begin,
    pick,
    claim,
    reassign,
    return_to_queue,
    transfer_to_queue,
    transfer_to_agent,
    close,
    be_silent,
)
PUSHED = (ask, accept, decline, answer_not)


def contents():
    """Everything that the database holds."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("chat", "queueing")]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}


def kill_between_any_two_steps(action):
    """Kill the action after the first statement that writes, the second and so on, until one is committed.

    What is killed before has changed nothing. Returns how often it was killed.
    """
    before = contents()
    for statement in range(1, MANY):
        died = dies_after(statement, action)
        if (after := contents()) != before:
            assert any(after[label] != before[label] for label in ("chat.Transition", "queueing.Offer"))
            return statement
        assert died, "the action came to its end and changed nothing"
    raise AssertionError("the action does not end")


@pytest.mark.parametrize("prepare", PULLED, ids=lambda prepare: prepare.__name__)
def test_killed_between_any_two_steps_an_action_is_done_or_not_begun(people, is_here, prepare):
    action = prepare(people)
    assert kill_between_any_two_steps(action) > 1
    assert broken_rules() == []
    can_still_be_taken(people)


@pytest.mark.parametrize("prepare", PUSHED, ids=lambda prepare: prepare.__name__)
def test_killed_between_any_two_steps_a_question_is_asked_or_will_be(people, push, prepare):
    action = prepare(people)
    assert kill_between_any_two_steps(action) > 1
    assert broken_rules() == []
    if Entry.objects.exists():
        asking.ask_everywhere()
        assert Offer.objects.filter(state=Offer.State.PENDING).count() == 1
        assert broken_rules() == []
    can_still_be_taken(people)


def can_still_be_taken(people):
    """Whatever was killed, somebody gets the chat unless it is over."""
    chat = Conversation.objects.get()
    if chat.status != "closed":
        assert (
            routing.reassign(people.sam, str(chat.id), str(people.bo.user_id)).agent_id == people.bo.user_id
        )
    assert broken_rules() == []
