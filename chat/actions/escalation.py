"""Get a person for a customer whom the assistant answers (SPEC §3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat import access
from chat.actions import resolving, transitions
from chat.actions.transitions import Need, Saying
from chat.errors import ConversationClosed
from chat.models import Conversation, Status


def request_agent(customer: Principal, conversation_id: str, queue_id: str | None = None) -> Conversation:
    """Let a customer's chat wait for a person (SPEC §5.2 `request-agent`).

    One that waits or is an agent's stays as it is, a resolved one is opened again before. Raises `Forbidden`
    for agents, `NotFound`, and `ConversationClosed`.
    """
    access.customer(customer)
    found = access.readable_conversation(customer, conversation_id)
    queue = access.queue_for_customer(customer, queue_id) if queue_id or not found.queue else found.queue
    if found.status == Status.RESOLVED:
        resolving.reopen(customer, found.id)
    return escalate(
        found.id,
        actor_id=customer.user_id,
        need=Need(queue, reason="The customer asks for a person."),
        says=f"{customer.name} asked for a person",
    )


def escalate(conversation_id: UUID, *, actor_id: UUID | None, need: Need, says: str) -> Conversation:
    """Let what the assistant answers wait for a person, and tell the queue's agents why.

    One that waits or is an agent's stays as it is. Raises `ConversationClosed` and `NotFound`.
    """
    with transaction.atomic():
        conversation = transitions.lock(conversation_id)
        if conversation.status == Status.CLOSED:
            raise ConversationClosed("This conversation is closed. Start a new one to write again.")
        if conversation.status == Status.OPEN and conversation.agent_id is None:
            escalate_locked(conversation, actor_id=actor_id, need=need, says=says)
    return conversation


def escalate_locked(
    conversation: Conversation,
    *,
    actor_id: UUID | None,
    need: Need,
    says: str,
    last_words: Saying | None = None,
) -> None:
    """As `escalate`, for a locked conversation that the assistant has; `last_words` are the assistant's."""
    transitions.record(
        conversation,
        kind="escalated",
        actor_id=actor_id,
        status=Status.WAITING,
        agent=None,
        says=says,
        now=timezone.now(),
        need=need,
        last_words=last_words,
    )
