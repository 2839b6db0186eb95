"""Ask agents whether they take a chat: which ones, in which order, and until when (SPEC §8)."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import presence
from accounts.models import User
from chat import fanout, selectors
from chat.actions import waiting
from chat.actions.texts import PREVIEW_CHARACTERS
from chat.events import ChatOffered, OfferEnded, TransferRefused
from chat.models import Conversation
from queueing import agents, hours, line, offers, timers
from queueing.models import Entry, Lane, Member, Offer, Queue
from queueing.policy import Candidate, best_agent, has_room

LOOK_AHEAD = 50
"""How many chats of a line are looked at for agents who are free, but may not take the first."""


def ask_on_commit(queue: Queue) -> None:
    """Ask for what waits in a queue that asks, once the surrounding transaction has committed.

    Whoever dies in between is made up for by `ask_everywhere`.
    """
    if queue.mode == Queue.Mode.PUSH:
        transaction.on_commit(partial(ask_for, queue), robust=True)


def ask_everywhere() -> int:
    """Ask for what waits in all queues that ask; return how many agents were asked."""
    waiting_in = Lane.objects.filter(waiting__gt=0).values("queue")
    return sum(ask_for(queue) for queue in Queue.objects.filter(mode=Queue.Mode.PUSH, id__in=waiting_in))


def ask_for(queue: Queue) -> int:
    """Ask the best free agents of a queue for what waits in it, in the line's order; return how many.

    Nobody is asked while the queue is closed. Of many processes that ask at once, one asks for each chat.
    """
    now = timezone.now()
    if not hours.is_open(queue, now):
        return 0
    candidates = _available(queue)
    if not any(has_room(candidate.load, candidate.capacity) for candidate in candidates):
        return 0
    entries = line.first_in(queue.id, LOOK_AHEAD)
    rounds = offers.rounds([entry.key for entry in entries])
    asked = 0
    for entry in entries:
        this_round = rounds.get(entry.key, {})
        if Offer.State.PENDING in this_round.values():
            continue
        best = best_agent(candidates, line.skills_of(entry), this_round)
        if best is None:
            if this_round:
                pause = now + waiting.answer_after(queue)
                timers.arm_unless_set(waiting.NEW_ROUND, {entry.key: pause})
        elif _ask(entry.key, best.user_id, queue):
            asked += 1
            candidates[candidates.index(best)] = best._replace(load=best.load + 1)
    return asked


def _available(queue: Queue) -> list[Candidate]:
    members = Member.objects.filter(queue=queue, user__is_active=True).values_list("user_id", flat=True)
    statuses = presence.statuses(list(members))
    online = [user_id for user_id, status in statuses.items() if status == presence.ONLINE]
    return agents.candidates(queue.id, online, selectors.open_chats(online))


@transaction.atomic
def _ask(key: str, agent_id: UUID, queue: Queue) -> bool:
    """Ask an agent who still has room, for a chat that still waits."""
    agent = agents.lock(agent_id)
    load = selectors.open_chats([agent_id])[agent_id] + agents.asked_about([agent_id])[agent_id]
    entry = line.hold(key) if has_room(load, agent.capacity) else None
    if entry is None:
        return False
    now = timezone.now()
    offer = offers.make(
        key, agent_id, Offer.Kind.REQUEST, now=now, expires_at=now + waiting.answer_after(queue)
    )
    if offer is not None:
        conversation = selectors.conversations().get(id=UUID(key))
        fanout.publish_on_commit(_offered(offer, conversation, entry))
    return offer is not None


def begin_round(key: str) -> None:
    """Ask everyone again for a chat that still waits; in the caller's transaction."""
    offers.begin_round(key)
    entry = Entry.objects.select_related("queue").filter(key=key).first()
    if entry is not None:
        ask_on_commit(entry.queue)


def ask_to_take_over(conversation: Conversation, agent: User, asks: User, note: str) -> bool:
    """Ask an agent to take a locked conversation from the one who has it; False when one is being asked."""
    now = timezone.now()
    offer = offers.make(
        str(conversation.id),
        agent.id,
        Offer.Kind.TRANSFER,
        now=now,
        expires_at=now + waiting.answer_after(conversation.queue),
        from_user_id=asks.id,
        note=note,
    )
    if offer is not None:
        fanout.publish_on_commit(_offered(offer, conversation, None))
    return offer is not None


def withdraw(conversation: Conversation, *, goes_to: User | None) -> None:
    """Ask nobody any more about a locked conversation, because it goes elsewhere or to who was asked."""
    offer = offers.end(str(conversation.id))
    if offer is None or (goes_to is not None and goes_to.id == offer.user_id):
        return
    tell_ended(offer, "withdrawn")


def tell_ended(offer: Offer, reason: str) -> None:
    """Tell an agent that it is not asked any more, and who asked for a transfer that it does not come."""
    fanout.publish_on_commit(OfferEnded(str(offer.user_id), offer.key, reason))
    if offer.from_user_id is not None:
        fanout.publish_on_commit(
            TransferRefused(str(offer.from_user_id), offer.key, selectors.person(offer.user), reason)
        )


def pending_for(user_id: UUID) -> list[ChatOffered]:
    """What an agent is being asked about: for one who comes back, or opens another tab."""
    pending = offers.pending_for(user_id)
    keys = [offer.key for offer in pending]
    found = {str(row.id): row for row in selectors.conversations().filter(id__in=keys)}
    entries = {entry.key: entry for entry in Entry.objects.filter(key__in=keys)}
    return [
        _offered(offer, found[offer.key], entries.get(offer.key)) for offer in pending if offer.key in found
    ]


def _offered(offer: Offer, conversation: Conversation, entry: Entry | None) -> ChatOffered:
    said = selectors.last_texts([conversation]).get(str(conversation.id), "")
    return ChatOffered(
        agent_id=str(offer.user_id),
        conversation_id=offer.key,
        customer=selectors.person(conversation.customer),
        queue=selectors.queue_name(conversation.queue),
        asked_at=offer.created_at,
        expires_at=offer.expires_at,
        preview=said[:PREVIEW_CHARACTERS],
        waiting_since=entry.waiting_since if entry else None,
        priority=conversation.priority,
        skills=tuple(conversation.required_skills),
        from_agent=selectors.person(offer.from_user) if offer.from_user else None,
        note=offer.note,
    )
