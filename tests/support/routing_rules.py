"""What must hold of conversations, lines, offers and timers whenever nobody is in the middle of an action.

`python -m tests.support.routing_rules` checks the database of its environment and prints what is broken.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()

from django.db.models import Count

from chat.actions import inactivity, waiting
from chat.models import Conversation, Message, Status, Transition
from queueing.models import Agent, Entry, Lane, Member, Offer, Timer
from queueing.offers import TIMEOUT

WAITING_ONLY = {waiting.QUEUE_TIMEOUT, waiting.RELAX_SKILLS, waiting.NEW_ROUND}
TAKEN_ONLY = {inactivity.WARNING, inactivity.CLOSE}


def broken_rules() -> list[str]:
    """Name everything in the database that no sequence of actions may leave behind."""
    conversations = {str(row.id): row for row in Conversation.objects.all()}
    offers = list(Offer.objects.all())
    return [
        *_of_lines(conversations),
        *_of_owners(conversations),
        *_of_offers(conversations, offers),
        *_of_timers(conversations, {offer.key for offer in offers if offer.state == Offer.State.PENDING}),
        *_of_histories(conversations),
    ]


def _of_lines(conversations: dict[str, Conversation]) -> Iterator[str]:
    """A conversation waits exactly when it has an entry, and the entry says of it what it says itself."""
    entries = {entry.key: entry for entry in Entry.objects.select_related("lane")}
    for key, conversation in conversations.items():
        if (conversation.status == Status.WAITING) != (key in entries):
            yield f"{key} is {conversation.status}, in a line: {key in entries}"
    for key, entry in entries.items():
        conversation = conversations.get(key)
        if conversation is None:
            yield f"{key} waits and does not exist"
            continue
        says = (conversation.queue_id, conversation.priority, conversation.queued_at)
        if says != (entry.queue_id, entry.priority, entry.waiting_since):
            yield f"{key} stands in another place than it says: {says}"
        if entry.lane.queue_id != entry.queue_id:
            yield f"{key} stands in a lane of another queue"
        if entry.lane.skills not in ("", ",".join(sorted(conversation.required_skills))):
            yield f"{key} needs {conversation.required_skills} and stands in the lane {entry.lane.skills!r}"
    stand = Counter(entry.lane_id for entry in entries.values())
    for lane_id, counted in Lane.objects.values_list("id", "waiting"):
        if counted != stand[lane_id]:
            yield f"lane {lane_id} counts {counted} of {stand[lane_id]}"


def _of_owners(conversations: dict[str, Conversation]) -> Iterator[str]:
    """Who waits has no agent, who is open has one, and no agent has more than it may have."""
    for key, conversation in conversations.items():
        if conversation.status == Status.WAITING and conversation.agent_id is not None:
            yield f"{key} waits and has an agent"
        if conversation.status == Status.OPEN and conversation.agent_id is None:
            yield f"{key} is open and has no agent"
    taken = Counter(row.agent_id for row in conversations.values() if row.status == Status.OPEN)
    for user_id, capacity in Agent.objects.filter(capacity__isnull=False).values_list("user_id", "capacity"):
        if taken[user_id] > capacity:
            yield f"agent {user_id} has {taken[user_id]} chats of {capacity}"


def _of_offers(conversations: dict[str, Conversation], offers: list[Offer]) -> Iterator[str]:
    """A request is about a chat that waits and goes to a member, a transfer about one that another has."""
    members = set(Member.objects.values_list("queue_id", "user_id"))
    for offer in offers:
        conversation = conversations[offer.key]
        if offer.kind == Offer.Kind.REQUEST:
            fits = conversation.status == Status.WAITING and (conversation.queue_id, offer.user_id) in members
        else:
            fits = (
                conversation.status == Status.OPEN
                and conversation.agent_id not in (None, offer.user_id)
                and offer.state == Offer.State.PENDING
            )
        if not fits:
            yield f"{offer.key} ({offer.kind}, {offer.state}) is offered and {conversation.status}"
    pending = Counter(offer.key for offer in offers if offer.state == Offer.State.PENDING)
    yield from (f"{count} agents are asked about {key}" for key, count in pending.items() if count > 1)


def _of_timers(conversations: dict[str, Conversation], asked: set[str]) -> Iterator[str]:
    """Each state has its timers; what is over has none."""
    kinds = defaultdict(set)
    for key, kind in Timer.objects.values_list("key", "kind"):
        kinds[key].add(kind)
    for key in kinds.keys() - conversations.keys():
        yield f"timers of what does not exist: {key} {kinds[key]}"
    for key, conversation in conversations.items():
        found, status = kinds[key], conversation.status
        needed = {waiting.QUEUE_TIMEOUT} if status == Status.WAITING else {inactivity.CLOSE}
        needed = set() if status == Status.CLOSED else needed
        allowed = WAITING_ONLY if status == Status.WAITING else TAKEN_ONLY
        allowed = set() if status == Status.CLOSED else allowed
        if not needed <= found - {TIMEOUT} <= allowed:
            yield f"{key} is {status} and has the timers {sorted(found)}"
        if (TIMEOUT in found) != (key in asked):
            yield f"{key}: an answer is awaited: {key in asked}, timed: {TIMEOUT in found}"


def _of_histories(conversations: dict[str, Conversation]) -> Iterator[str]:
    """Each step begins where the one before ended, the last ends where it stands, no message is missing."""
    reached: dict[str, tuple[object, ...]] = {}
    steps = Transition.objects.order_by("id").values_list(
        "conversation_id", "kind", "from_status", "from_agent_id", "to_status", "to_agent_id"
    )
    for conversation_id, kind, from_status, from_agent_id, to_status, to_agent_id in steps:
        key = str(conversation_id)
        if reached.get(key, ("", None)) != (from_status, from_agent_id):
            yield f"{key}: {kind} began elsewhere than at {reached.get(key)}"
        reached[key] = (to_status, to_agent_id)
    messages = dict(Message.objects.order_by().values_list("conversation_id").annotate(count=Count("id")))
    for key, conversation in conversations.items():
        if conversation.last_seq != messages.get(conversation.id, 0):
            yield f"{key} counts {conversation.last_seq} of {messages.get(conversation.id, 0)} messages"
        if reached.get(key) != (conversation.status, conversation.agent_id):
            yield f"{key} is {conversation.status}, its history says {reached.get(key)}"


if __name__ == "__main__":
    json.dump(broken_rules(), sys.stdout)
