"""Start and close conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal
from chat import access, selectors
from chat.actions import transitions
from chat.actions.contexts import checked_context
from chat.actions.transitions import Need, Saying
from chat.errors import InvalidInput
from chat.models import Conversation, Status

MAX_REASON_CHARACTERS = 200


def start_conversation(
    customer: Principal, queue_id: str | None = None, context: Any = None
) -> tuple[Conversation, bool]:
    """Return the customer's conversation that is not closed, or start one; say whether it is new (SPEC §3).

    A new one waits in a queue, or is answered by the assistant where the queue or the widget has one.

    However many tabs start at once, there is one. `context` is kept with a new one. Raises `Forbidden` for
    agents, `NotFound` for a queue that is not the organization's, and `InvalidInput`.
    """
    access.customer(customer)
    context = checked_context(context)
    if (live := _live_conversation(customer)) is not None:
        return live, False
    try:
        return _create(customer, queue_id, context, now=timezone.now()), True
    except IntegrityError:
        live = _live_conversation(customer)
        if live is None:
            raise
        return live, False


def _live_conversation(customer: Principal) -> Conversation | None:
    return (
        selectors.conversations().filter(customer_id=customer.user_id).exclude(status=Status.CLOSED).first()
    )


@transaction.atomic
def _create(
    customer: Principal, queue_id: str | None, context: dict[str, Any], *, now: datetime
) -> Conversation:
    assistant = access.assistant_for_customer(customer, queue_id, context)
    chosen = assistant.queue if assistant is not None and queue_id is None else None
    queue = chosen or access.queue_for_customer(customer, queue_id)
    status = Status.WAITING if assistant is None else Status.OPEN
    conversation = Conversation.objects.create(
        organization_id=customer.organization_id,
        customer=User.objects.get(id=customer.user_id),
        queue=queue,
        assistant=assistant,
        status=status,
        context=context,
        last_activity_at=now,
        created_at=now,
        updated_at=now,
    )
    transitions.record(
        conversation,
        kind="started",
        actor_id=customer.user_id,
        status=status,
        agent=None,
        says="Chat started",
        now=now,
        need=Need(queue),
        greeting=Saying(assistant.user, assistant.greeting) if assistant and assistant.greeting else None,
        begins=True,
    )
    return conversation


def close_conversation(actor: Principal, conversation_id: str, reason: str = "") -> Conversation:
    """Close a conversation for good (SPEC §3); closing a closed one changes nothing.

    Raises `NotFound`, `NotAssigned` for an agent who does not have the chat, `InvalidInput` for a
    reason that is too long.
    """
    if len(reason) > MAX_REASON_CHARACTERS or "\0" in reason:
        raise InvalidInput("The reason is a text of at most 200 characters.", field="reason")
    conversation = access.readable_conversation(actor, conversation_id)
    if conversation.status == Status.CLOSED:
        return conversation
    access.check_may_write(actor, conversation)
    return close_now(
        conversation,
        actor=actor,
        reason=reason.strip(),
        says=f"{actor.name} closed the chat",
        now=timezone.now(),
    )


@transaction.atomic
def close_now(
    conversation: Conversation, *, actor: Principal | None, reason: str, says: str, now: datetime
) -> Conversation:
    """Close a conversation, for `actor` or, without one, for the system; permission is the caller's matter.

    The right to close is looked at again under the lock: a former owner comes too late.
    """
    conversation = transitions.lock_out_of_line(conversation.id)
    if conversation.status == Status.CLOSED:
        return conversation
    if actor is not None:
        access.check_may_write(actor, conversation)
    conversation.close_reason = reason
    conversation.closed_by_id = actor.user_id if actor else None
    transitions.record(
        conversation,
        kind="closed",
        actor_id=actor.user_id if actor else None,
        status=Status.CLOSED,
        agent=conversation.agent,
        says=says,
        now=now,
    )
    return conversation
