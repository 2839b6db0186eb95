"""Give a conversation to an agent who has room for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.tokens import Principal
from chat import selectors
from chat.actions import transitions
from chat.errors import AtCapacity
from chat.models import Conversation, Status
from queueing import agents
from queueing.policy import has_room


def has_room_for_one_more(agent_id: UUID) -> bool:
    """Whether an agent may get one more chat; true until the transaction ends, for it locks the agent.

    Comes before every other lock of the transaction (`chat.actions.transitions`).
    """
    locked = agents.lock(agent_id)
    return has_room(selectors.open_chats([agent_id])[agent_id], locked.capacity)


def check_room(agent: User | Principal) -> None:
    """As `has_room_for_one_more`. Raises `AtCapacity`."""
    agent_id = agent.id if isinstance(agent, User) else agent.user_id
    if not has_room_for_one_more(agent_id):
        raise no_room(agent)


def no_room(agent: User | Principal) -> AtCapacity:
    """What an agent is told who may not get one more chat."""
    return AtCapacity(f"{agent.name} has as many chats as one agent may have at once. End one first.")


def assign(
    conversation: Conversation, agent: User, *, actor_id: UUID, kind: str, says: str, now: datetime
) -> Conversation:
    """Make a locked conversation the agent's, for whom there is room, and tell everyone."""
    transitions.record(
        conversation,
        kind=kind,
        actor_id=actor_id,
        status=Status.OPEN,
        agent=agent,
        says=says,
        now=now,
    )
    return conversation
