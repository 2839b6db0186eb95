"""Everything that has changed for somebody since a cursor, for clients that poll (SPEC §4, §6 `GET sync`).

The cursor is a place in the order of all changes of the organization (`chat.models.change_counter`), in which
nothing is ever committed behind a number that has been read. Every message stands at its last change; where
somebody came into a conversation later, what had been said there stands at the moment of coming.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.tokens import Principal
from chat import access, selectors
from chat.errors import InvalidInput
from chat.events import ConversationFacts, MessageFacts
from chat.models import Conversation, Message, Participant, Status
from chat.models.change_counter import current_change

CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


class Place(NamedTuple):
    """A place in the order of changes: the moment, and among what stands there the row's own `change`."""

    moment: int
    change: int

    def __str__(self) -> str:
        return f"{self.moment}.{self.change}"


@dataclass(frozen=True, slots=True)
class Page:
    """What has changed up to `cursor`, oldest change first; `more` says to ask again at once."""

    conversations: list[ConversationFacts]
    messages: list[MessageFacts]
    cursor: str
    more: bool


def begin(principal: Principal) -> Page:
    """The conversations that go on, and a cursor for now."""
    now = current_change(principal.organization_id)
    live = selectors.conversations().filter(
        Q(status__in=(Status.OPEN, Status.WAITING, Status.RESOLVED)),
        Exists(_my_participation(principal, "id")),
        organization_id=principal.organization_id,
    )
    if principal.is_staff_member:
        live |= selectors.conversations().filter(
            status=Status.WAITING,
            organization_id=principal.organization_id,
            queue_id__in=access.served_queue_ids(principal),
        )
    found = selectors.conversations_facts(list(live.order_by("change")))
    return Page(found, [], str(Place(now, now)), more=False)


def changes_since(principal: Principal, cursor: str, limit: int) -> Page:
    """Up to `limit` messages and as many conversations that have changed since the cursor, each once.

    For a customer, in its own conversations; for an agent or admin, in those in which it takes part, and of
    the conversations in the queues it serves their state. Raises `InvalidInput` for what is no cursor.
    """
    now = current_change(principal.organization_id)
    start = _read(cursor, now)
    messages = _messages(principal, start, now, limit + 1)
    conversations = _conversations(principal, start, now, limit + 1)
    end = Place(now, now)
    if len(messages) > limit:
        end = messages[limit - 1][0]
    if len(conversations) > limit:
        end = min(end, conversations[limit - 1][0])
    return Page(
        selectors.conversations_facts([found for place, found in conversations if place <= end]),
        selectors.facts_of_messages([found for place, found in messages if place <= end]),
        str(end),
        more=end < (now, now),
    )


def _read(cursor: str, now: int) -> Place:
    match = CURSOR.fullmatch(cursor)
    place = Place(int(match[1]), int(match[2])) if match else None
    if place is None or place.change > place.moment or place.moment > now:
        raise InvalidInput("This is no cursor of ours. Leave it out to begin anew.", field="cursor")
    return place


def _messages(principal: Principal, start: Place, now: int, count: int) -> list[tuple[Place, Message]]:
    """The first messages after a place: those said in my time, and those said before I came."""
    messages = Message.objects.select_related("conversation", "sender", "media")
    changed = _mine(principal).filter(change__gt=start.moment).values("id")
    said_since: QuerySet[Any] = messages.filter(
        Exists(_my_participation(principal, "conversation_id").filter(joined_change__lt=OuterRef("change"))),
        conversation_id__in=changed,
        change__range=(start.moment + 1, now),
    ).order_by("change")
    # One filter and then the annotation: so both speak of one row, mine.
    joined = "conversation__participants__joined_change"
    said_before: QuerySet[Any] = (
        messages.filter(
            Q(**{f"{joined}__gt": start.moment}) | Q(**{joined: start.moment}, change__gt=start.change),
            **{f"{joined}__range": (start.moment, now)},
            conversation__participants__user_id=principal.user_id,
            change__lt=F(joined),
        )
        .annotate(joined=F(joined))
        .order_by("joined", "change")
    )
    found = [(Place(message.change, message.change), message) for message in said_since[:count]]
    found += [(Place(message.joined, message.change), message) for message in said_before[:count]]
    return sorted(found, key=lambda pair: pair[0])[:count]


def _conversations(
    principal: Principal, start: Place, now: int, count: int
) -> list[tuple[Place, Conversation]]:
    """The first conversations after a place, each at its last change that concerns this person."""
    changed = _mine(principal).filter(change__range=(start.moment + 1, now)).order_by("change")[:count]
    found = {row.id: (Place(row.change, row.change), row) for row in changed}
    if principal.is_staff_member:
        around = (
            selectors.conversations()
            .filter(
                queue_id__in=access.served_queue_ids(principal),
                state_change__range=(start.moment + 1, now),
            )
            .exclude(Exists(_my_participation(principal, "id")))
            .order_by("state_change")[:count]
        )
        found |= {row.id: (Place(row.state_change, row.state_change), row) for row in around}
    return sorted(found.values(), key=lambda pair: pair[0])[:count]


def _mine(principal: Principal) -> QuerySet[Conversation]:
    """The conversations in which somebody takes part.

    An agent's are found among what changed in the organization, which is little since its last question; the
    index of all its participations would grow with the years.
    """
    mine = selectors.conversations().filter(organization_id=principal.organization_id)
    if principal.is_customer:
        return mine.filter(customer_id=principal.user_id)
    return mine.filter(Exists(_my_participation(principal, "id")))


def _my_participation(principal: Principal, conversation_id: str) -> QuerySet[Participant]:
    return Participant.objects.filter(conversation_id=OuterRef(conversation_id), user_id=principal.user_id)
