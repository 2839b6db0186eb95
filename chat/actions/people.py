"""Tell who is here and who is typing. None of it is written down (SPEC §8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from accounts import presence
from accounts.models import User
from accounts.tokens import Principal
from chat import fanout, selectors
from chat.events import PresenceChanged, TypingChanged


def tell_presence(person: User | Principal, status: str) -> None:
    """Tell those who may know that somebody's status is now this."""
    _tell([person], [status])


def tell_here(*people: Principal) -> None:
    """Tell those who may know that these are here, each with the status that it has chosen."""
    statuses = presence.statuses({person.user_id for person in people})
    _tell(people, [statuses[person.user_id] for person in people])


def _tell(people: Sequence[User | Principal], statuses: Sequence[str]) -> None:
    now = datetime.now(UTC)
    for person, status, told_in in zip(people, statuses, selectors.presence_rooms(people), strict=True):
        fanout.publish(PresenceChanged(selectors.person(person), status, now, told_in))


def note_call(person: Principal) -> None:
    """Take a call of the REST interface as a sign of life: who has no socket is here too."""
    if presence.note_call(person.user_id):
        tell_here(person)


def tell_typing(person: Principal, conversation_id: str, *, is_typing: bool) -> None:
    """Tell a conversation that somebody of it began or stopped typing."""
    fanout.publish(TypingChanged(conversation_id, selectors.person(person), is_typing))


def tell_vanished() -> int:
    """Tell of everyone whose process died with its sockets, once; return how many."""
    gone = list(User.objects.filter(id__in=presence.vanished()))
    _tell(gone, [presence.OFFLINE] * len(gone))
    return len(gone)
