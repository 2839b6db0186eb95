"""Say that a conversation is done, and open it again (SPEC §3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat import access
from chat.actions import transitions
from chat.actions.assignment import has_room_for_one_more
from chat.errors import ConversationClosed
from chat.models import Conversation, Status


def resolve(actor: Principal, conversation_id: str) -> Conversation:
    """Resolve an open or waiting conversation; the customer's next message opens it again.

    Resolving a resolved one changes nothing. Raises `Forbidden` for customers, `NotFound`, `NotAssigned`, and
    `ConversationClosed`.
    """
    conversation = access.readable_conversation(access.staff(actor), conversation_id)
    served = access.served_queue_ids(actor)
    with transaction.atomic():
        conversation = transitions.lock_out_of_line(conversation.id)
        access.check_may_resolve(actor, conversation, served)
        if conversation.status == Status.RESOLVED:
            return conversation
        transitions.record(
            conversation,
            kind="resolved",
            actor_id=actor.user_id,
            status=Status.RESOLVED,
            agent=conversation.agent,
            says=f"{actor.name} resolved the chat",
            now=timezone.now(),
        )
    return conversation


def reopen(actor: Principal, conversation_id: UUID) -> Conversation:
    """Open a resolved conversation again: its agent's if there still is one with room for it, else it waits.

    What the assistant had is the assistant's again.

    One that is not resolved stays as it is. Raises `NotFound`, `NotAssigned`, `ConversationClosed`.
    """
    found = access.readable_conversation(actor, str(conversation_id))
    had_it = found.agent if found.agent and found.agent.is_active else None
    with transaction.atomic():
        agent = had_it if had_it and has_room_for_one_more(had_it.id) else None
        conversation = transitions.lock(found.id)
        if conversation.status == Status.CLOSED:
            raise ConversationClosed("This conversation is closed. Start a new one to write again.")
        if conversation.status != Status.RESOLVED:
            return conversation
        access.check_may_write(actor, conversation)
        answers = agent is not None or _was_assisted(conversation)
        transitions.record(
            conversation,
            kind="reopened",
            actor_id=actor.user_id,
            status=Status.OPEN if answers else Status.WAITING,
            agent=agent,
            says="Chat reopened",
            now=timezone.now(),
        )
    return conversation


def _was_assisted(conversation: Conversation) -> bool:
    assistant = conversation.assistant
    if assistant is None or not assistant.is_active or conversation.agent_id is not None:
        return False
    resolved = conversation.transitions.filter(kind="resolved").last()
    return resolved is not None and resolved.from_status == Status.OPEN
