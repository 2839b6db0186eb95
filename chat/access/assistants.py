"""Which assistant answers somebody first (SPEC §3, §8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.tokens import Principal
from chat.access.lookup import parse_id
from chat.access.queues import queue_for_customer
from chat.access.widgets import widget_of_organization
from chat.errors import Conflict, NotFound
from chat.models import Assistant, Conversation


def assistant_for_customer(
    principal: Principal, queue_id: str | None, context: Mapping[str, Any]
) -> Assistant | None:
    """Find the assistant of a customer's new chat; None where people answer it.

    That of the queue which the customer named comes first, then that of its widget, then, for a chat without
    a named queue, that of the default one. The widget is the one that the visitor came by; a user of an app
    names it as `configId` in the context. One that is switched off does not count.
    """
    assistants = Assistant.objects.filter(organization_id=principal.organization_id, is_active=True)
    for owner in _owners(principal, queue_id, context):
        found = assistants.filter(**owner).select_related("user", "queue").first()
        if found is not None:
            return found
    return None


def assistant_of_widget(widget_id: UUID, default_queue_id: UUID | None) -> Assistant | None:
    """Find the assistant that answers first whoever opens a widget and names no queue."""
    active = Assistant.objects.filter(is_active=True)
    return active.filter(widgets__widget_id=widget_id).first() or _of_queue(active, default_queue_id)


def assistant_to_resume(conversation: Conversation) -> Assistant:
    """Find the assistant to which an agent gives a chat back: the one that it had, else its queue's.

    Raises `Conflict` where none is switched on.
    """
    had = conversation.assistant
    if had is not None and had.is_active:
        return had
    active = Assistant.objects.filter(is_active=True, organization_id=conversation.organization_id)
    found = _of_queue(active.select_related("user", "queue"), conversation.queue_id)
    if found is None:
        raise Conflict("No assistant answers in this chat. Keep it, or transfer it to somebody else.")
    return found


def _of_queue(assistants: QuerySet[Assistant], queue_id: UUID | None) -> Assistant | None:
    # Looking for no queue would find the assistants that have none, of whatever organization.
    return assistants.filter(queues__queue_id=queue_id).first() if queue_id else None


def _owners(
    principal: Principal, queue_id: str | None, context: Mapping[str, Any]
) -> Iterator[dict[str, UUID]]:
    if queue_id is not None:
        yield {"queues__queue_id": parse_id(queue_id, "queue")}
    widget_id = principal.widget_id or _widget_named_in(context, principal)
    if widget_id is not None:
        yield {"widgets__widget_id": widget_id}
    if queue_id is None:
        yield {"queues__queue_id": queue_for_customer(principal, None).id}


def _widget_named_in(context: Mapping[str, Any], principal: Principal) -> UUID | None:
    name = context.get("configId")
    if not isinstance(name, str):
        return None
    try:
        return widget_of_organization(principal, name).id
    except NotFound:
        return None
