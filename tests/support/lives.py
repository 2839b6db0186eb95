"""Conversations to which anything may happen, as often as chance will have it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat.actions import (
    asking,
    conversations,
    escalation,
    offers,
    ratings,
    resolving,
    routing,
    transfers,
    transitions,
)
from chat.actions.transitions import Need
from chat.errors import HelpdeskError
from chat.models import Conversation, Status
from queueing.models import Entry, Lane, Offer, Queue, Timer
from tests.support.chats import say, start
from tests.support.people import People, visitor


def live_somehow(people: People, chance: random.Random) -> None:
    """Let five visitors' conversations go through whatever may happen to them."""
    customers = [
        people.vera,
        people.walt,
        *(visitor(people.widget, name) for name in ("Xena", "Yves", "Zoe")),
    ]
    for customer in customers:
        conversation = start(customer, str(chance.choice([people.support, people.sales]).id))
        for _ in range(chance.randint(8, 24)):
            try:
                do_something(people, customer, conversation, chance)
            except HelpdeskError:
                continue  # not now, or not this agent


def do_something(
    people: People, customer: Principal, conversation: Conversation, chance: random.Random
) -> None:
    key, agent = str(conversation.id), chance.choice([people.ana, people.bo, people.olga, *[people.sam] * 3])
    queue = str(chance.choice([people.support, people.sales]).id)
    steps: list[Callable[[], Any]] = [
        *[lambda: routing.claim(agent, key)] * 4,
        lambda: routing.return_to_queue(agent, key),
        lambda: routing.reassign(people.sam, key, str(agent.user_id)),
        lambda: routing.take_over(agent, key),
        lambda: transfers.transfer_to_queue(people.sam, key, queue),
        *[lambda: hand_over(people, conversation, agent)] * 2,
        lambda: hand_back_and_escalate(people, conversation, queue),
        lambda: resolving.resolve(agent, key),
        lambda: resolving.reopen(agent, conversation.id),
        *[lambda: say(agent, conversation, "Hello")] * 2,
        lambda: say(customer, conversation, "Hello?"),
        lambda: ratings.rate(customer, key, chance.randint(1, 5)),
    ]
    if chance.random() < 0.05:
        steps = [lambda: conversations.close_conversation(people.sam, key)]
    chance.choice(steps)()


def hand_over(people: People, conversation: Conversation, to: Principal) -> None:
    """Have an agent take another's chat, as if it were here and had been asked."""
    with transaction.atomic():
        chat = transitions.lock(conversation.id)
        if chat.agent is None or chat.agent_id == to.user_id or chat.status != Status.OPEN:
            return
        asking.ask_to_take_over(chat, people.user(to), chat.agent, "")
    offers.accept(to, str(conversation.id))


def hand_back_and_escalate(people: People, conversation: Conversation, queue_id: str) -> None:
    """Let the assistant have a chat for a moment, and then ask for people."""
    with transaction.atomic():
        chat = transitions.lock(conversation.id)
        if chat.status != Status.OPEN:
            return
        transitions.record(
            chat,
            kind="handed_back",
            actor_id=None,
            status=Status.OPEN,
            agent=None,
            says="The assistant helps",
            now=timezone.now(),
        )
    queue = Queue.objects.get(id=queue_id)
    need = Need(queue, reason="It asks why.")
    escalation.escalate(conversation.id, actor_id=None, need=need, says="Help comes")


def forget_everything() -> None:
    """Leave the people, and nothing of what they did."""
    for model in (Conversation, Entry, Lane, Offer, Timer):
        model.objects.all().delete()
