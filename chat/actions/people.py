"""Tell who is here and who is typing. None of it is written down (SPEC §8)."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts import presence
from accounts.models import User
from accounts.tokens import Principal
from chat import fanout, selectors
from chat.events import PresenceChanged, TypingChanged


def tell_presence(person: User | Principal, status: str) -> None:
    """Tell those who may know that somebody's status is now this."""
    fanout.publish(
        PresenceChanged(selectors.person(person), status, datetime.now(UTC), selectors.presence_rooms(person))
    )


def tell_here(person: Principal) -> None:
    """Tell those who may know that somebody is here, with the status that it has chosen."""
    tell_presence(person, presence.statuses([person.user_id])[person.user_id])


def note_call(person: Principal) -> None:
    """Take a call of the REST interface as a sign of life: who has no socket is here too."""
    if presence.note_call(person.user_id):
        tell_here(person)


def tell_typing(person: Principal, conversation_id: str, *, is_typing: bool) -> None:
    """Tell a conversation that somebody of it began or stopped typing."""
    fanout.publish(TypingChanged(conversation_id, selectors.person(person), is_typing))


def tell_vanished() -> int:
    """Tell of everyone whose process died with its sockets, once; return how many."""
    gone = User.objects.filter(id__in=presence.vanished())
    for person in gone:
        tell_presence(person, presence.OFFLINE)
    return len(gone)
