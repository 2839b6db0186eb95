"""Say that a conversation is done, and open it again (SPEC §3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat import access
from chat.actions import inactivity, routing, transitions
from chat.errors import ConversationClosed
from chat.models import Conversation, Status
from queueing import line


def resolve(actor: Principal, conversation_id: str) -> Conversation:
    """Resolve an open or waiting conversation; the customer's next message opens it again.

    Resolving a resolved one changes nothing. Raises `Forbidden` for customers, `NotFound`, `NotAssigned`, and
    `ConversationClosed`.
    """
    conversation = access.readable_conversation(access.staff(actor), conversation_id)
    served = access.served_queue_ids(actor)
    with transaction.atomic():
        was_waiting = line.withdraw(str(conversation.id))
        conversation = transitions.lock(conversation.id)
        access.check_may_resolve(actor, conversation, served)
        if conversation.status == Status.RESOLVED:
            return conversation
        now = timezone.now()
        transitions.record(
            conversation,
            kind="resolved",
            actor_id=actor.user_id,
            status=Status.RESOLVED,
            agent=conversation.agent,
            says=f"{actor.name} resolved the chat",
            now=now,
        )
        inactivity.watch(conversation, now=now)
        if was_waiting:
            routing.tell_removed(conversation, taken_by=None)
    return conversation


def reopen(actor: Principal, conversation_id: UUID) -> Conversation:
    """Open a resolved conversation again: its agent's if there still is one, else it waits.

    One that is not resolved stays as it is. Raises `NotFound`, `NotAssigned`, `ConversationClosed`.
    """
    conversation = access.readable_conversation(actor, str(conversation_id))
    with transaction.atomic():
        conversation = transitions.lock(conversation.id)
        if conversation.status == Status.CLOSED:
            raise ConversationClosed("This conversation is closed. Start a new one to write again.")
        if conversation.status != Status.RESOLVED:
            return conversation
        access.check_may_write(actor, conversation)
        now = timezone.now()
        agent = conversation.agent if conversation.agent and conversation.agent.is_active else None
        transitions.record(
            conversation,
            kind="reopened",
            actor_id=actor.user_id,
            status=Status.OPEN if agent else Status.WAITING,
            agent=agent,
            says="Chat reopened",
            now=now,
        )
        if agent is not None:
            inactivity.watch(conversation, now=now)
        else:
            inactivity.stop_watching(conversation)
            routing.let_wait(conversation, now=now)
    return conversation
