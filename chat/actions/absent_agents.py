"""Let the chats of an agent who has vanished wait again, after a grace time and once (SPEC §3, §8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from accounts import absence
from chat import selectors
from chat.actions import timed, transitions
from chat.actions.transitions import Need
from chat.models import Conversation, Status
from queueing import agents, timers
from queueing.models import Timer

GONE = "agent-gone"
LOOK_AGAIN_AFTER = timedelta(seconds=5)
"""While nobody can tell who is here."""


def watch(now: datetime) -> int:
    """Set a timer for each open chat of an agent who is not here, and for no other; return how many.

    Does nothing while nobody can tell who is here.
    """
    in_charge = Conversation.objects.filter(status=Status.OPEN, agent__isnull=False)
    due = _due(list(in_charge.values_list("agent_id", flat=True).distinct().order_by()), now)
    if due is None:
        return 0
    chats = in_charge.filter(agent_id__in=due).values_list("id", "agent_id")
    set_for = {str(chat_id): due[agent_id] for chat_id, agent_id in chats if agent_id in due}
    timers.arm_unless_set(GONE, set_for)
    Timer.objects.filter(kind=GONE).exclude(key__in=set_for).delete()
    return len(set_for)


def return_if_gone(key: str, now: datetime) -> None:
    """Let a chat wait again, at its old place, unless its agent has come back."""
    conversation = timed.lock(key, Status.OPEN)
    if conversation is None or conversation.agent is None:
        return
    due = _due([conversation.agent.id], now)
    if due is None:
        timers.arm(GONE, key, now + LOOK_AGAIN_AFTER)
    elif conversation.agent.id in due and now < due[conversation.agent.id]:
        timers.arm(GONE, key, due[conversation.agent.id])
    elif conversation.agent.id in due:
        _return(conversation, now)


def _return(conversation: Conversation, now: datetime) -> None:
    assert conversation.agent is not None
    queue = conversation.queue or selectors.default_queue(conversation.organization_id)
    if queue is None:
        return
    transitions.record(
        conversation,
        kind="returned",
        actor_id=None,
        status=Status.WAITING,
        agent=None,
        says=f"{conversation.agent.name} is away; the chat waits again",
        now=now,
        need=Need(queue, conversation.priority, conversation.required_skills),
    )


def _due(agent_ids: list[UUID], now: datetime) -> dict[UUID, datetime] | None:
    """When the grace time of each agent who is not here ends; None while nobody can tell.

    It begins with the last sign of life, or with the chat given to somebody who was not here.
    """
    gone = absence.absent_since(agent_ids, now)
    if not gone:
        return None if gone is None else {}
    grace = timedelta(seconds=settings.AGENT_GRACE_SECONDS)
    assigned = agents.last_assigned(gone)
    return {agent_id: max(seen, assigned.get(agent_id, seen)) + grace for agent_id, seen in gone.items()}
