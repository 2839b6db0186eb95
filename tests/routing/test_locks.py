"""Nobody waits for somebody who waits for them: the order of locks in `chat.actions.transitions`."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Organization
from chat import access
from chat.actions import routing, transitions
from chat.errors import AtCapacity
from queueing import line, timers
from queueing.models import Agent, Queue, Skill, Timer
from tests.support.chats import start
from tests.support.routing_rules import broken_rules
from tests.support.together import together

pytestmark = pytest.mark.database


@pytest.fixture
def french(people):
    """Support needs French, which Ana speaks, until a chat has waited for a minute."""
    skill = Skill.objects.create(organization=Organization.objects.get(slug="home"), name="french")
    people.support.skills.add(skill)
    Agent.objects.create(user_id=people.ana.user_id).skills.add(skill)
    Queue.objects.filter(id=people.support.id).update(relax_skills_after_seconds=60)


def test_skills_that_are_relaxed_while_the_chat_is_picked_stop_neither(people, french, monkeypatch):
    chat = start(people.vera)
    is_being_taken, has_fired = threading.Event(), threading.Event()
    lock = transitions.lock

    def lock_late(conversation_id):
        is_being_taken.set()
        # SQLite has one writer: there the timer comes after the pick.
        has_fired.wait(0.3 if connection.vendor == "sqlite" else 5)
        return lock(conversation_id)

    def pick():
        try:
            return routing.pick_next(people.ana)
        finally:
            connections.close_all()

    monkeypatch.setattr(transitions, "lock", lock_late)
    with ThreadPoolExecutor(1) as thread:
        picked = thread.submit(pick)
        assert is_being_taken.wait(10)
        timers.fire_due(timezone.now() + timedelta(seconds=61))
        has_fired.set()
        assert picked.result(20) == chat
    assert not Timer.objects.filter(kind="relax-skills").exists()
    assert broken_rules() == []


@pytest.mark.parametrize("take", ["take_over", "reassign"])
def test_a_chat_that_left_its_agent_meanwhile_comes_back_only_if_there_is_room(people, monkeypatch, take):
    Agent.objects.create(user_id=people.sam.user_id, capacity=1)
    chat, other = start(people.vera), start(people.walt)
    routing.claim(people.sam, str(chat.id))
    look = access.readable_conversation

    def look_just_before_it_leaves(principal, conversation_id):
        monkeypatch.setattr(access, "readable_conversation", look)
        found = look(principal, conversation_id)
        routing.return_to_queue(people.sam, str(chat.id))
        routing.claim(people.sam, str(other.id))
        return found

    monkeypatch.setattr(access, "readable_conversation", look_just_before_it_leaves)
    to = [str(people.sam.user_id)] if take == "reassign" else []
    with pytest.raises(AtCapacity):
        getattr(routing, take)(people.sam, str(chat.id), *to)
    assert broken_rules() == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: nothing comes in between.")
def test_a_chat_that_comes_into_its_line_while_somebody_claims_it_is_no_longer_in_it(people, monkeypatch):
    chat = start(people.vera)
    routing.claim(people.ana, str(chat.id))
    withdraw = line.withdraw

    def withdraw_just_before_it_returns(key):
        monkeypatch.setattr(line, "withdraw", withdraw)
        was_waiting = withdraw(key)
        together([partial(routing.return_to_queue, people.ana, str(chat.id))])
        return was_waiting

    monkeypatch.setattr(line, "withdraw", withdraw_just_before_it_returns)
    assert routing.claim(people.bo, str(chat.id)).agent_id == people.bo.user_id
    assert broken_rules() == []
