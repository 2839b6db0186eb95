"""Let conversations wait, and give each to exactly one agent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal
from chat import access, fanout, selectors
from chat.actions import inactivity, transitions
from chat.errors import AlreadyTaken, Conflict, ConversationClosed, NotFound
from chat.events import Person, QueueChanged
from chat.models import Conversation, Status
from queueing import line


def let_wait(conversation: Conversation, *, now: datetime) -> None:
    """Put a conversation into its queue's line, in the caller's transaction, and tell the queue's agents.

    Its place is that of the moment in which it began: one that comes back stands before those who came later.
    """
    assert conversation.queue is not None
    line.enqueue(conversation.queue, str(conversation.id), now=conversation.created_at)
    fanout.publish_on_commit(
        QueueChanged(
            kind="added",
            queue_id=str(conversation.queue_id),
            conversation_id=str(conversation.id),
            waiting=line.waiting_count(conversation.queue.id),
            customer=selectors.person(conversation.customer),
            waiting_since=now,
        )
    )


def return_to_queue(actor: Principal, conversation_id: str) -> Conversation:
    """Let an agent's chat wait again, ahead of those who came later (SPEC §3).

    A waiting chat stays where it is. Raises `NotFound`, `NotAssigned`, `Forbidden`, and `Conflict` for a chat
    that is over.
    """
    access.staff(actor)
    conversation = access.readable_conversation(actor, conversation_id)
    with transaction.atomic():
        conversation = transitions.lock(conversation.id)
        if conversation.status == Status.WAITING:
            return conversation
        access.check_may_write(actor, conversation)
        if conversation.status == Status.RESOLVED:
            raise Conflict("This conversation is resolved. Open it again first.")
        now = timezone.now()
        transitions.record(
            conversation,
            kind="returned",
            actor_id=actor.user_id,
            status=Status.WAITING,
            agent=None,
            says=f"{actor.name} returned the chat to the queue",
            now=now,
        )
        inactivity.stop_watching(conversation)
        let_wait(conversation, now=now)
    return conversation


def reassign(admin: Principal, conversation_id: str, agent_id: str) -> Conversation:
    """Give a conversation to this agent, whoever has it now (SPEC §6 `POST support/reassign`).

    Who has it already keeps it. Raises `Forbidden` for everyone but admins, `NotFound`, and
    `ConversationClosed`.
    """
    agent = access.agent_to_assign(admin, agent_id)
    conversation = access.readable_conversation(admin, conversation_id)
    with transaction.atomic():
        was_waiting = line.withdraw(str(conversation.id))
        conversation = transitions.lock(conversation.id)
        if conversation.status == Status.CLOSED:
            raise ConversationClosed("This conversation is closed and cannot be given to anybody.")
        if conversation.status == Status.OPEN and conversation.agent_id == agent.id:
            return conversation
        now = timezone.now()
        transitions.record(
            conversation,
            kind="reassigned",
            actor_id=admin.user_id,
            status=Status.OPEN,
            agent=agent,
            says=f"{admin.name} gave the chat to {agent.name}",
            now=now,
        )
        inactivity.watch(conversation, now=now)
        if was_waiting:
            tell_removed(conversation, taken_by=selectors.person(agent))
    return conversation


def pick_next(agent: Principal, queue_id: str | None = None) -> Conversation | None:
    """Give the agent the first chat of the queues it serves, or of one of them; None when nothing waits.

    Exactly one of many agents gets a chat. Raises `Forbidden`, and `NotFound` for a queue that the
    agent does not serve.
    """
    queue_ids = access.served_queue_ids(agent, queue_id)
    with transaction.atomic():
        while (key := line.take_next(queue_ids)) is not None:
            try:
                conversation = transitions.lock(UUID(key))
            except NotFound:
                continue  # its row was removed by hand: its entry must not stand before everyone else's
            if conversation.status == Status.WAITING:
                return _assign(conversation, agent, kind="picked")
    return None


def claim(agent: Principal, conversation_id: str) -> Conversation:
    """Give the agent this waiting chat; the first to ask wins (SPEC §5.2 `claim-chat`).

    Claiming one's own chat again changes nothing. Raises `AlreadyTaken` for everyone but the
    winner, `ConversationClosed`, `Forbidden`, and `NotFound`, also for a chat in a queue that the
    agent does not serve.
    """
    access.staff(agent)
    conversation = access.readable_conversation(agent, conversation_id)
    if conversation.queue_id not in access.served_queue_ids(agent):
        raise access.no_such("conversation")
    with transaction.atomic():
        was_waiting = line.withdraw(str(conversation.id))
        conversation = transitions.lock(conversation.id)
        if was_waiting and conversation.status == Status.WAITING:
            return _assign(conversation, agent, kind="claimed")
    if conversation.agent_id == agent.user_id:
        return conversation
    if conversation.status == Status.CLOSED:
        raise ConversationClosed("This chat is closed.")
    raise AlreadyTaken(
        f"{conversation.agent.name if conversation.agent else 'Somebody'} has taken this chat."
    )


def _assign(conversation: Conversation, agent: Principal, *, kind: str) -> Conversation:
    now = timezone.now()
    transitions.record(
        conversation,
        kind=kind,
        actor_id=agent.user_id,
        status=Status.OPEN,
        agent=User.objects.get(id=agent.user_id),
        says=f"{agent.name} joined",
        now=now,
    )
    inactivity.watch(conversation, now=now)
    tell_removed(conversation, taken_by=selectors.person(agent))
    return conversation


def tell_removed(conversation: Conversation, *, taken_by: Person | None) -> None:
    """Tell a queue's agents that a conversation waits no more, and who has it; once it is committed."""
    assert conversation.queue_id is not None
    fanout.publish_on_commit(
        QueueChanged(
            kind="removed",
            queue_id=str(conversation.queue_id),
            conversation_id=str(conversation.id),
            waiting=line.waiting_count(conversation.queue_id),
            taken_by=taken_by,
        )
    )
