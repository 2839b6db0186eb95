"""Give each waiting conversation to exactly one agent, and let it wait again (SPEC §3, §8)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal
from chat import access
from chat.actions import transitions
from chat.actions.assignment import assign, check_room, has_room_for_one_more, no_room
from chat.errors import AlreadyTaken, Conflict, ConversationClosed, NotFound
from chat.models import Conversation, Status
from queueing import agents, line


def pick_next(agent: Principal, queue_id: str | None = None) -> Conversation | None:
    """Give the agent the first chat for which it has the skills, of the queues it serves or of one of them.

    None when there is none. Exactly one of many agents gets a chat. Raises `Forbidden`, `AtCapacity`, and
    `NotFound` for a queue that the agent does not serve.
    """
    queue_ids = access.served_queue_ids(agent, queue_id)
    skills = agents.skills_of(agent.user_id)
    if not line.has_any(queue_ids, skills):
        return None  # Most of many who want the last chat come too late: they need not wait for each other.
    with transaction.atomic():
        if not line.has_any(queue_ids, skills):
            return None  # it was taken while we waited for our turn to write, as one does on SQLite
        check_room(agent)
        while (key := line.take_next(queue_ids, skills)) is not None:
            try:
                conversation = transitions.lock(UUID(key))
            except NotFound:
                continue  # its row was removed by hand: its entry must not stand before everyone else's
            if conversation.status == Status.WAITING:
                return _join(conversation, agent, kind="picked")
    return None


def claim(agent: Principal, conversation_id: str) -> Conversation:
    """Give the agent this waiting chat; the first to ask wins (SPEC §5.2 `claim-chat`).

    Whoever has it already keeps it. Raises `Forbidden`, `AlreadyTaken`, `AtCapacity`, `ConversationClosed`,
    and `NotFound`, also for a chat in a queue that the agent does not serve.
    """
    access.staff(agent)
    found = access.readable_conversation(agent, conversation_id)
    if found.queue_id not in access.served_queue_ids(agent):
        raise access.no_such("conversation")
    if found.agent_id == agent.user_id and found.status != Status.CLOSED:
        return found
    with transaction.atomic():
        check_room(agent)
        conversation = transitions.lock_out_of_line(found.id)
        if conversation.status == Status.WAITING:
            return _join(conversation, agent, kind="claimed")
    if conversation.status == Status.CLOSED:
        raise ConversationClosed("This chat is closed.")
    if conversation.agent_id == agent.user_id:
        return conversation
    raise AlreadyTaken(
        f"{conversation.agent.name if conversation.agent else 'Somebody'} has taken this chat."
    )


def take_over(agent: Principal, conversation_id: str) -> Conversation:
    """Give the agent a chat that the assistant has or that waits, an admin also another agent's (SPEC §3).

    Whoever has it already keeps it. Raises `NotFound`, `Forbidden`, `NotAssigned`, `AtCapacity`, `Conflict`,
    `ConversationClosed`.
    """
    served = access.served_queue_ids(agent)
    found = access.readable_conversation(agent, conversation_id)
    with transaction.atomic():
        has_room = has_room_for_one_more(agent.user_id)
        conversation = transitions.lock_out_of_line(found.id)
        access.check_may_take_over(agent, conversation, served)
        if conversation.agent_id == agent.user_id:
            return conversation
        if not has_room:
            raise no_room(agent)
        return _join(conversation, agent, kind="taken_over")


def reassign(admin: Principal, conversation_id: str, agent_id: str) -> Conversation:
    """Give a conversation to this agent, whoever has it now (SPEC §6 `POST support/reassign`).

    Who has it already keeps it. Raises `Forbidden` for everyone but admins, `NotFound`, `AtCapacity`, and
    `ConversationClosed`.
    """
    agent = access.agent_to_assign(admin, agent_id)
    found = access.readable_conversation(admin, conversation_id)
    with transaction.atomic():
        has_room = has_room_for_one_more(agent.id)
        conversation = transitions.lock_out_of_line(found.id)
        if conversation.status == Status.CLOSED:
            raise ConversationClosed("This conversation is closed and cannot be given to anybody.")
        if conversation.status == Status.OPEN and conversation.agent_id == agent.id:
            return conversation
        if not has_room:
            raise no_room(agent)
        return assign(
            conversation,
            agent,
            actor_id=admin.user_id,
            kind="reassigned",
            says=f"{admin.name} gave the chat to {agent.name}",
            now=timezone.now(),
        )


def return_to_queue(actor: Principal, conversation_id: str) -> Conversation:
    """Let an agent's chat wait again, ahead of those who came later (SPEC §3).

    A waiting chat stays where it is. Raises `NotFound`, `NotAssigned`, `Forbidden`, and `Conflict` for a chat
    that is over.
    """
    access.staff(actor)
    found = access.readable_conversation(actor, conversation_id)
    with transaction.atomic():
        conversation = transitions.lock(found.id)
        if conversation.status == Status.WAITING:
            return conversation
        access.check_may_write(actor, conversation)
        if conversation.status == Status.RESOLVED:
            raise Conflict("This conversation is resolved. Open it again first.")
        transitions.record(
            conversation,
            kind="returned",
            actor_id=actor.user_id,
            status=Status.WAITING,
            agent=None,
            says=f"{actor.name} returned the chat to the queue",
            now=timezone.now(),
        )
    return conversation


def _join(conversation: Conversation, agent: Principal, *, kind: str) -> Conversation:
    return assign(
        conversation,
        User.objects.get(id=agent.user_id),
        actor_id=agent.user_id,
        kind=kind,
        says=f"{agent.name} joined",
        now=timezone.now(),
    )
