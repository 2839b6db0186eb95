"""How the conversations that an assistant had went, from the audit trail (SPEC §6, §9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from chat.models import Conversation, Message, Status, Transition


@dataclass(frozen=True)
class AssistantFigures:
    """Of some conversations: how many an assistant had, and what became of those."""

    chats: int
    answered: int
    """It was over, after the customer had written, and had not come from the assistant to people."""
    handed_over: int
    """It came from the assistant to people: asked for by either of them, or taken over."""


def assistant_figures(conversations: QuerySet[Conversation], end: datetime) -> AssistantFigures:
    """Count, in one query, what happened before `end`."""
    steps = Transition.objects.filter(conversation=OuterRef("id"), created_at__lt=end)
    had = steps.filter(to_status=Status.OPEN, to_agent=None)
    gave_away = steps.filter(Q(to_status=Status.WAITING) | Q(to_agent__isnull=False)).filter(
        from_status=Status.OPEN, from_agent=None
    )
    wrote = Message.objects.filter(
        conversation=OuterRef("id"), sender=OuterRef("customer"), created_at__lt=end
    )
    found = conversations.filter(Exists(had)).annotate(
        is_handed_over=Exists(gave_away),
        is_written_to=Exists(wrote),
        stood=Subquery(steps.order_by("-id").values("to_status")[:1]),
    )
    is_answered = Q(is_handed_over=False, is_written_to=True, stood__in=(Status.RESOLVED, Status.CLOSED))
    counted = found.aggregate(
        chats=Count("id"),
        answered=Count("id", filter=is_answered),
        handed_over=Count("id", filter=Q(is_handed_over=True)),
    )
    return AssistantFigures(**counted)
