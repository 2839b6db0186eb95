"""How many mails people may ask for: counted in the outbox, so that only the database must be there."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.db.models import QuerySet

from accounts.tokens import Principal
from chat.errors import RateLimited
from chat.models import OutgoingMail

WITHIN = timedelta(hours=1)
MAILS_TO_AN_ADDRESS = 3
MAILS_OF_A_CUSTOMER = 3
MAILS_OF_AN_AGENT = 30
"""An agent sends each of its customers a mail; a customer could only flood people it claims to be."""


def check_limits(asker: Principal, kind: str, to: str, *, now: datetime) -> None:
    """Look whether this person may ask for one more mail of this kind to this address.

    Raises `RateLimited`, which says when it may. Exact only for who holds the organization's row.
    """
    recent = OutgoingMail.objects.filter(
        organization_id=asker.organization_id, kind=kind, created_at__gt=now - WITHIN
    )
    of_asker = MAILS_OF_A_CUSTOMER if asker.is_customer else MAILS_OF_AN_AGENT
    _check(recent.filter(to__iexact=to), MAILS_TO_AN_ADDRESS, "to this address", now)
    _check(recent.filter(asked_by_id=asker.user_id), of_asker, "for you", now)


def _check(recent: QuerySet[OutgoingMail], limit: int, what: str, now: datetime) -> None:
    # The newest `limit` mails: when the oldest of them is an hour old, there is room for one more.
    times = list(recent.order_by("-created_at").values_list("created_at", flat=True)[:limit])
    if len(times) < limit:
        return
    seconds = max(1, ceil((times[-1] + WITHIN - now).total_seconds()))
    raise RateLimited(
        f"At most {limit} mails an hour are sent {what}. Try again in {ceil(seconds / 60)} minutes.",
        retry_after_seconds=seconds,
    )
