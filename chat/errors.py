"""One tree of errors with codes; mapped once to HTTP (`chat.api`) and once to acks (`chat.gateway`).

A message names what was wrong and what is allowed, because a client shows it to a person.
"""

from __future__ import annotations

from typing import Any


class HelpdeskError(Exception):
    """Something a client asked for that it does not get."""

    code = "error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def data(self) -> dict[str, Any]:
        """What a program is told besides the message when a socket is refused."""
        return {"code": self.code}


class InvalidInput(HelpdeskError):
    """What the client sent is not what is asked for."""

    code = "invalid"


class TooLarge(InvalidInput):
    """More bytes, or more pixels, than are taken."""

    code = "too_large"


class NotWhatItSays(InvalidInput):
    """A file whose content is not what its type or its name says, or of no format that is taken."""

    code = "unsupported_media"


class UnknownEvent(InvalidInput):
    """An event that clients do not send here."""

    code = "unknown_event"


class NotAuthenticated(HelpdeskError):
    """A token that opens nothing; `code` says why, as SPEC §2 names it."""

    code = "token_invalid"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Forbidden(HelpdeskError):
    """Known, but not allowed to do this."""

    code = "forbidden"


class NotAssigned(Forbidden):
    """Only the agent who has the chat, and admins, write to its customer (SPEC §3)."""

    code = "not_assigned"


class NotFound(HelpdeskError):
    """There is no such thing, or it is not this person's: one answer, so that nobody can probe."""

    code = "not_found"


class Conflict(HelpdeskError):
    """The thing is no longer as the client thought."""

    code = "conflict"


class AtCapacity(Conflict):
    """An agent has as many chats as it may have at once (SPEC §8)."""

    code = "at_capacity"


class AlreadyTaken(Conflict):
    """Somebody else was first."""

    code = "already_taken"


class ConversationClosed(Conflict):
    """A closed conversation takes no more messages."""

    code = "conversation_closed"


class RateLimited(HelpdeskError):
    """Asked too often; the same is allowed again after so many seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(HelpdeskError):
    """The database cannot be reached; nothing was stored, and trying again is right."""

    code = "unavailable"
