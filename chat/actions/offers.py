"""What an agent answers when it is asked whether it takes a chat (SPEC §5.2, §8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal
from chat import access, selectors
from chat.actions import asking, transitions
from chat.actions.assignment import assign, check_room
from chat.errors import AlreadyTaken, Conflict
from chat.models import Conversation, Status
from queueing import offers, timers
from queueing.models import Offer


def accept(agent: Principal, conversation_id: str) -> Conversation:
    """Take a chat that one is asked about (SPEC §5.2 `accept-chat`).

    Who has it already keeps it. Raises `Forbidden`, `NotFound`, `AtCapacity`, and `AlreadyTaken` for one that
    is not offered any more.
    """
    access.staff(agent)
    found = access.readable_conversation(agent, conversation_id)
    if found.agent_id == agent.user_id and found.status == Status.OPEN:
        return found
    with transaction.atomic():
        check_room(agent)
        conversation = transitions.lock_out_of_line(found.id)
        offer = offers.pending(str(found.id), agent.user_id)
        if offer is None:
            raise AlreadyTaken("You are not asked about this chat any more.")
        is_request = offer.kind == Offer.Kind.REQUEST
        return assign(
            conversation,
            User.objects.get(id=agent.user_id),
            actor_id=agent.user_id,
            kind="accepted" if is_request else "transferred",
            says=f"{agent.name} joined" if is_request else f"Transferred to {agent.name}",
            now=timezone.now(),
        )


def decline(agent: Principal, conversation_id: str) -> Conversation:
    """Do not take a chat that one is asked about: the next agent is asked, or it stays with who has it.

    Raises `Forbidden`, `NotFound`, and `Conflict` for one that is not offered any more.
    """
    access.staff(agent)
    found = access.readable_conversation(agent, conversation_id)
    with transaction.atomic():
        conversation = transitions.lock(found.id)
        offer = offers.pending(str(found.id), agent.user_id)
        if offer is None:
            raise Conflict("You are not asked about this chat any more.")
        _refuse(conversation, offer, Offer.State.DECLINED, "declined")
    return conversation


def time_out(key: str, now: datetime) -> None:
    """Ask the next agent, because this one has not answered; in the transaction of its timer."""
    try:
        conversation = (
            selectors.conversations().select_for_update(of=("self",), nowait=True).get(id=UUID(key))
        )
    except OperationalError:
        raise timers.TryLater from None
    except Conversation.DoesNotExist:
        return
    offer = offers.pending(key)
    if offer is not None:
        _refuse(conversation, offer, Offer.State.TIMED_OUT, "timeout")


def _refuse(conversation: Conversation, offer: Offer, state: Offer.State, reason: str) -> None:
    if offers.refuse(offer, state):
        asking.tell_ended(offer, reason)
        if conversation.status == Status.WAITING and conversation.queue is not None:
            asking.ask_on_commit(conversation.queue)
