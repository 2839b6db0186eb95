"""What the assistants of an organization have spent today, and whether there is more (SPEC §9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from chat.models import Assistant, AssistantUsage

KEPT_FOR = timedelta(days=90)


class OverQuota(Exception):
    """Today's tokens are used up; the message says whose, for agents."""


def check(assistant: Assistant, customer_id: UUID | None) -> None:
    """See that the organization, and the customer if one asks, have tokens left for today (UTC).

    Answers that are just being given are counted when they end. Raises `OverQuota`.
    """
    today = AssistantUsage.objects.filter(
        Q(customer_id=customer_id) | Q(customer=None),
        organization_id=assistant.organization_id,
        day=timezone.now().date(),
    )
    used: dict[UUID | None, int] = dict(today.values_list("customer_id", "tokens"))
    limits: dict[UUID | None, tuple[str, int]] = {
        None: ("The organization's", assistant.organization_tokens_per_day)
    }
    if customer_id is not None:
        limits[customer_id] = ("This customer's", assistant.customer_tokens_per_day)
    for who, (whose, limit) in limits.items():
        if 0 < limit <= used.get(who, 0):
            raise OverQuota(f"{whose} {limit:,} tokens for today are used up.")


@transaction.atomic
def add(assistant: Assistant, customer_id: UUID | None, tokens: int) -> None:
    """Count tokens for today (UTC), for the customer, if one asked, and for its organization."""
    organization_id, day = assistant.organization_id, timezone.now().date()
    # The customer's before the organization's, always: two that lock both never wait for each other.
    for one in (None,) if customer_id is None else (customer_id, None):
        AssistantUsage.objects.bulk_create(
            [AssistantUsage(organization_id=organization_id, customer_id=one, day=day)],
            ignore_conflicts=True,
        )
        counted = AssistantUsage.objects.filter(organization_id=organization_id, customer_id=one, day=day)
        counted.update(tokens=F("tokens") + tokens)


def forget_old(now: datetime) -> int:
    """Remove the counts of days long past; return how many."""
    old = AssistantUsage.objects.filter(day__lt=(now - KEPT_FOR).date())
    return old.delete()[0]
