"""Ask one agent whether it takes an item; the only writer of offers.

Every function runs in the caller's transaction. An item's own lock comes before its offers, and the offers
before their timer.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from queueing import timers
from queueing.models import Offer

TIMEOUT = "answer-timeout"
"""The kind of timer that ends an offer; its key is the item's."""


def make(
    key: str,
    user_id: UUID,
    kind: Offer.Kind,
    *,
    now: datetime,
    expires_at: datetime,
    from_user_id: UUID | None = None,
    note: str = "",
) -> Offer | None:
    """Ask an agent; None when somebody is being asked already, or this agent has been asked in this round."""
    try:
        with transaction.atomic():
            offer = Offer.objects.create(
                key=key,
                user_id=user_id,
                kind=kind,
                from_user_id=from_user_id,
                note=note,
                created_at=now,
                expires_at=expires_at,
            )
    except IntegrityError:
        return None
    timers.arm(TIMEOUT, key, expires_at)
    return offer


def pending(key: str, user_id: UUID | None = None) -> Offer | None:
    """The offer of an item that has not been answered; with `user_id`, only if this agent is asked."""
    found = Offer.objects.filter(key=key, state=Offer.State.PENDING)
    found = found.select_related("user", "from_user")
    return (found if user_id is None else found.filter(user_id=user_id)).first()


def rounds(keys: Collection[str]) -> dict[str, dict[UUID, str]]:
    """Who has been asked about each of these items in its round, and what became of it."""
    asked: dict[str, dict[UUID, str]] = {}
    for key, user_id, state in Offer.objects.filter(key__in=keys).values_list("key", "user_id", "state"):
        asked.setdefault(key, {})[user_id] = state
    return asked


def refuse(offer: Offer, state: Offer.State) -> bool:
    """Note that an agent declined or did not answer; True for the one caller who ended the offer.

    A refused transfer is forgotten, a refused request is remembered for the round.
    """
    open_offer = Offer.objects.filter(id=offer.id, state=Offer.State.PENDING)
    is_transfer = offer.kind == Offer.Kind.TRANSFER
    ended = open_offer.delete()[0] if is_transfer else open_offer.update(state=state)
    if ended:
        timers.disarm(offer.key, TIMEOUT)
    return bool(ended)


def end(key: str) -> Offer | None:
    """Forget all offers of an item, which goes elsewhere; return the one that had not been answered."""
    found = list(Offer.objects.filter(key=key).select_related("user", "from_user"))
    if found:
        Offer.objects.filter(key=key).delete()
        timers.disarm(key, TIMEOUT)
    return next((offer for offer in found if offer.state == Offer.State.PENDING), None)


def begin_round(key: str) -> None:
    """Forget who has refused, so that everyone can be asked again."""
    Offer.objects.filter(key=key).exclude(state=Offer.State.PENDING).delete()


def pending_for(user_id: UUID) -> list[Offer]:
    """What an agent is being asked about, the oldest first."""
    found = Offer.objects.filter(user_id=user_id, state=Offer.State.PENDING)
    return list(found.select_related("user", "from_user").order_by("id"))
