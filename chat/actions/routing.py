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
from chat.errors import AlreadyTaken, ConversationClosed, NotFound
from chat.events import Person, QueueChanged
from chat.models import Conversation, Participant, Status
from queueing import line


def let_wait(conversation: Conversation, *, now: datetime) -> None:
    """Put a conversation into its queue's line, in the caller's transaction, and tell the queue's agents."""
    assert conversation.queue is not None
    line.enqueue(conversation.queue, str(conversation.id), now=now)
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
    Participant.objects.get_or_create(conversation=conversation, user_id=agent.user_id)
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
