"""Hand a conversation from the agent who has it to another agent or into a queue (SPEC §3)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from accounts import presence
from accounts.models import User
from accounts.tokens import Principal
from chat import access
from chat.actions import asking, notes, transitions
from chat.actions.transitions import Need
from chat.errors import Conflict
from chat.models import Conversation, Status


def transfer_to_agent(
    actor: Principal, conversation_id: str, to_agent: str, note: str | None = None
) -> Conversation:
    """Ask an agent, named by id or e-mail address, to take a chat; until it accepts nothing changes.

    Whoever was asked before is asked no more. `note` becomes an internal note. Raises `Forbidden`,
    `NotFound`, `NotAssigned`, `InvalidInput`, and `Conflict` for an agent who is not here or has the chat.
    """
    access.staff(actor)
    found = access.readable_conversation(actor, conversation_id)
    access.check_may_transfer(actor, found)
    agent = access.colleague(actor, to_agent)
    if presence.statuses([agent.id])[agent.id] == presence.OFFLINE and not presence.is_paused():
        raise Conflict(f"{agent.name} is offline. Transfer the chat to a queue, or to somebody who is here.")
    with transaction.atomic():
        access.check_may_transfer(actor, transitions.lock(found.id))
        if note:
            notes.add_note(actor, conversation_id, note)
        conversation = transitions.lock(found.id)
        if conversation.agent_id == agent.id:
            raise Conflict(f"{agent.name} has this chat already.")
        asking.withdraw(conversation, goes_to=None)
        asking.ask_to_take_over(conversation, agent, asks=User.objects.get(id=actor.user_id), note=note or "")
    return conversation


def transfer_to_queue(
    actor: Principal,
    conversation_id: str,
    queue_id: str,
    note: str | None = None,
    *,
    priority: int | None = None,
    skills: Collection[str] | None = None,
) -> Conversation:
    """Let a chat wait in a queue, ahead of those who came later.

    Without `priority` and `skills` those of the queue hold. `note` becomes an internal note. Raises
    `Forbidden`, `NotFound`, `NotAssigned`, `InvalidInput`, `Conflict`.
    """
    access.staff(actor)
    found = access.readable_conversation(actor, conversation_id)
    queue = access.queue_of_organization(actor, queue_id)
    needed = None if skills is None else access.checked_skills(actor, skills)
    with transaction.atomic():
        access.check_may_transfer(actor, transitions.lock(found.id))
        if note:
            notes.add_note(actor, conversation_id, note)
        conversation = transitions.lock(found.id)
        transitions.record(
            conversation,
            kind="transferred",
            actor_id=actor.user_id,
            status=Status.WAITING,
            agent=None,
            says=f"Transferred to {queue.name}",
            now=timezone.now(),
            need=Need(queue, priority, needed),
        )
    return conversation
