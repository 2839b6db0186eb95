"""How an organization's conversations went, from their audit trail (SPEC §6 `GET support/stats`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
)

from accounts.models import Role, User
from chat.assistant_figures import AssistantFigures, assistant_figures
from chat.models import Conversation, Message, Rating, Status, Transition
from queueing.models import Queue

Group = TypeVar("Group", User, Queue)
Cell = tuple[UUID | None, UUID | None]
"""An agent and a queue; None is nobody, and no queue."""

TRANSFERS, ESCALATIONS, MISSED = HAPPENINGS = ("transfers", "escalations", "missed")
"""A chat handed on by its agent; one that came to people; one closed for good while it waited for them."""


@dataclass
class Times:
    """Spans of time of one kind: how many there were, and how long they took."""

    count: int = 0
    total: timedelta = timedelta()
    longest: timedelta = timedelta()

    def add(self, other: Times) -> None:
        """Count in what others took."""
        self.count += other.count
        self.total += other.total
        self.longest = max(self.longest, other.longest)

    @property
    def average(self) -> timedelta | None:
        """The mean; None where there was none."""
        return self.total / self.count if self.count else None


@dataclass
class Figures:
    """What can be said of some conversations."""

    statuses: Counter[str] = field(default_factory=Counter)
    """How many stand where."""
    waits: Times = field(default_factory=Times)
    """From when a conversation began to wait until somebody had it."""
    first_responses: Times = field(default_factory=Times)
    """From a conversation's start to the first message of the team."""
    handlings: Times = field(default_factory=Times)
    """From when an agent got a conversation until it was resolved, closed or somebody else's."""
    scores: Counter[int] = field(default_factory=Counter)
    """How many ratings of each score."""
    happened: Counter[str] = field(default_factory=Counter)
    """How often what is named in `HAPPENINGS` happened."""

    def add(self, other: Figures) -> None:
        """Count in what can be said of others."""
        self.statuses += other.statuses
        self.scores += other.scores
        self.happened += other.happened
        for times, more in zip(self._times, other._times, strict=True):
            times.add(more)

    @property
    def _times(self) -> tuple[Times, Times, Times]:
        return self.waits, self.first_responses, self.handlings


@dataclass(frozen=True)
class Statistics:
    """The figures of a period. Those of all agents, and those of all queues, add up to `total`."""

    start: datetime
    end: datetime
    total: Figures
    assistant: AssistantFigures
    by_agent: list[tuple[User | None, Figures]]
    by_queue: list[tuple[Queue | None, Figures]]


def gather(organization_id: UUID, start: datetime, end: datetime) -> Statistics:
    """Say how the conversations that began from `start` on and before `end` went, as things stood at `end`.

    A conversation counts for the agent who had it last and for its queue, a wait for the agent who ended it,
    a first response for who gave it, a transfer for who handed on and the queue where that was. The number of
    queries does not depend on what there is.
    """
    cells: dict[Cell, Figures] = {}

    def cell(agent_id: UUID | None, queue_id: UUID | None) -> Figures:
        return cells.setdefault((agent_id, queue_id), Figures())

    began = Q(organization_id=organization_id, created_at__gte=start, created_at__lt=end)
    conversations = Conversation.objects.filter(began)
    steps = _steps(conversations, end)
    for agent_id, queue_id, status, count in (
        steps.filter(ended_at=None)
        .values_list("to_agent", "to_queue", "to_status")
        .annotate(count=Count("id"))
        .order_by()
    ):
        cell(agent_id, queue_id).statuses[status] += count
    ended = steps.exclude(ended_at=None)
    waited = ended.filter(to_status=Status.WAITING, next_status=Status.OPEN).exclude(next_agent=None)
    for agent_id, queue_id, times in _times(waited, "next_agent", "to_queue"):
        cell(agent_id, queue_id).waits.add(times)
    for agent_id, queue_id, times in _times(
        ended.filter(to_status=Status.OPEN).exclude(to_agent=None), "to_agent", "to_queue"
    ):
        cell(agent_id, queue_id).handlings.add(times)
    for agent_id, queue_id, happening, count in _happened(conversations, end):
        cell(agent_id, queue_id).happened[happening] += count
    for agent_id, queue_id, times in _times(_answered(conversations, end), "answered_by", "queue"):
        cell(agent_id, queue_id).first_responses.add(times)
    for agent_id, queue_id, score, count in (
        Rating.objects.filter(conversation__in=conversations, created_at__lt=end)
        .values_list("conversation__agent", "conversation__queue", "score")
        .annotate(count=Count("conversation"))
        .order_by()
    ):
        cell(agent_id, queue_id).scores[score] += count
    team = User.objects.filter(Q(is_active=True) | Q(id__in={agent_id for agent_id, _ in cells}))
    team = team.filter(organization_id=organization_id).exclude(role__in=(Role.CUSTOMER, Role.ASSISTANT))
    queues = Queue.objects.filter(organization_id=organization_id)
    return Statistics(
        start=start,
        end=end,
        total=_sum(cells.values()),
        assistant=assistant_figures(conversations, end),
        by_agent=_grouped(
            ((agent_id, figures) for (agent_id, _), figures in cells.items()),
            team.order_by("first_name", "last_name", "username"),
        ),
        by_queue=_grouped(((queue_id, figures) for (_, queue_id), figures in cells.items()), queues),
    )


def _steps(conversations: QuerySet[Conversation], end: datetime) -> QuerySet[Any]:
    """The steps of conversations, each with the end of the state it led to; the last has none.

    A step that changes neither the status nor the agent ends no state.
    """
    stayed = Q(from_status=F("to_status")) & (Q(from_agent=F("to_agent")) | Q(from_agent=None, to_agent=None))
    steps = Transition.objects.filter(created_at__lt=end).exclude(stayed)
    following = steps.filter(conversation=OuterRef("conversation"), id__gt=OuterRef("id")).order_by("id")
    return steps.filter(conversation__in=conversations).annotate(
        ended_at=Subquery(following.values("created_at")[:1]),
        next_status=Subquery(following.values("to_status")[:1]),
        next_agent=Subquery(following.values("to_agent")[:1], output_field=UUIDField()),
    )


def _happened(
    conversations: QuerySet[Conversation], end: datetime
) -> Iterable[tuple[UUID | None, UUID | None, str, int]]:
    """Count what is named in `HAPPENINGS`, for each agent and queue."""
    is_transfer, is_escalation = Q(kind="transferred"), Q(kind="escalated")
    is_missed = Q(from_status=Status.WAITING, to_status=Status.CLOSED)
    steps = Transition.objects.filter(
        is_transfer | is_escalation | is_missed, conversation__in=conversations, created_at__lt=end
    ).annotate(
        happening=Case(
            When(is_transfer, then=Value(TRANSFERS)),
            When(is_escalation, then=Value(ESCALATIONS)),
            default=Value(MISSED),
        ),
        where=Case(When(is_escalation, then=F("to_queue")), default=F("from_queue")),
    )
    counted = steps.values_list("from_agent", "where", "happening").annotate(count=Count("id"))
    return counted.order_by()


def _answered(conversations: QuerySet[Conversation], end: datetime) -> QuerySet[Any]:
    answers = (
        Message.objects.filter(conversation=OuterRef("id"), sender__isnull=False, created_at__lt=end)
        .exclude(sender=OuterRef("customer"))
        .exclude(sender__role=Role.ASSISTANT)
        .order_by("seq")
    )
    return conversations.annotate(
        ended_at=Subquery(answers.values("created_at")[:1]),
        answered_by=Subquery(answers.values("sender")[:1], output_field=UUIDField()),
    ).exclude(ended_at=None)


def _times(spans: QuerySet[Any], agent: str, queue: str) -> Iterable[tuple[UUID | None, UUID | None, Times]]:
    """Add up spans from `created_at` to `ended_at`, for each agent and queue."""
    length = ExpressionWrapper(F("ended_at") - F("created_at"), DurationField())
    rows = (
        spans.annotate(length=length)
        .values_list(agent, queue)
        .annotate(count=Count("id"), total=Sum("length"), longest=Max("length"))
        .order_by()
    )
    for agent_id, queue_id, count, total, longest in rows:
        yield agent_id, queue_id, Times(count, total, longest)


def _sum(figures: Iterable[Figures]) -> Figures:
    total = Figures()
    for more in figures:
        total.add(more)
    return total


def _grouped(
    figures: Iterable[tuple[UUID | None, Figures]], everyone: Iterable[Group]
) -> list[tuple[Group | None, Figures]]:
    """Figures for each agent or queue there is, in their order, and for nobody where there are any."""
    groups: dict[UUID | None, Figures] = {}
    for group_id, more in figures:
        groups.setdefault(group_id, Figures()).add(more)
    listed: list[tuple[Group | None, Figures]] = [(one, groups.pop(one.id, Figures())) for one in everyone]
    return listed + [(None, rest) for rest in groups.values()]
