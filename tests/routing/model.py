"""What SPEC §3 and §8 say of who gets which chat, written a second time and without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(eq=False)
class Line:
    """A queue."""

    id: str
    priority: int
    skills: frozenset[str]
    asks: bool


@dataclass(eq=False)
class Helper:
    """An agent or an admin."""

    name: str
    capacity: int | None
    skills: frozenset[str]
    serves: frozenset[str]
    is_admin: bool = False
    is_here: bool = False


@dataclass(eq=False)
class Chat:
    """A conversation; `asked` is who is asked about it and by whom, `refused` who refused in this round."""

    line: Line
    priority: int
    skills: frozenset[str]
    since: datetime
    active_at: datetime
    status: str = "waiting"
    agent: Helper | None = None
    asked: tuple[Helper, Helper | None] | None = None
    refused: set[Helper] = field(default_factory=set)
    is_relaxed: bool = False

    @property
    def needs(self) -> frozenset[str]:
        """The skills that somebody needs to be given it now."""
        return frozenset() if self.is_relaxed else self.skills

    def move(self, status: str, agent: Helper | None, now: datetime) -> None:
        """Go to another state: what was asked about it is forgotten."""
        self.status, self.agent, self.active_at = status, agent, now
        self.asked, self.refused, self.is_relaxed = None, set(), False


class Desk:
    """Everyone and everything, and what each may do now."""

    def __init__(self, lines: Iterable[Line], helpers: Iterable[Helper]) -> None:
        self.lines = list(lines)
        self.helpers = list(helpers)
        self.chats: list[Chat] = []

    def load(self, helper: Helper) -> int:
        """How many chats somebody has."""
        return sum(chat.status == "open" and chat.agent is helper for chat in self.chats)

    def has_room(self, helper: Helper) -> bool:
        """Whether somebody may get one more."""
        return helper.capacity is None or self.load(helper) < helper.capacity

    def may_be_asked(self, helper: Helper) -> bool:
        """Whether somebody may be asked about one more: what it is asked about already counts."""
        asked = sum(chat.asked is not None and chat.asked[0] is helper for chat in self.chats)
        return helper.capacity is None or self.load(helper) + asked < helper.capacity

    def first_for(self, helper: Helper, lines: Iterable[Line]) -> Chat | None:
        """The chat that this agent gets next: the highest priority, then the longest wait."""
        ids = {line.id for line in lines} & helper.serves
        fit = [
            chat
            for chat in self.chats
            if chat.status == "waiting" and chat.line.id in ids and chat.needs <= helper.skills
        ]
        return min(fit, key=_order, default=None)

    def overtaken_by(self, chat: Chat, helper: Helper) -> list[Chat]:
        """Chats before this one in its queue about which this agent could have been asked first."""
        return [
            other
            for other in self.chats
            if other.status == "waiting"
            and other.line is chat.line
            and _order(other) < _order(chat)
            and other.asked is None
            and helper not in other.refused
            and other.needs <= helper.skills
        ]

    def forgotten(self) -> list[tuple[Chat, Helper]]:
        """Chats of queues that ask, with somebody free who could be asked and is not."""
        return [
            (chat, helper)
            for chat in self.chats
            if chat.status == "waiting" and chat.line.asks and chat.asked is None
            for helper in self.helpers
            if not helper.is_admin
            and helper.is_here
            and chat.line.id in helper.serves
            and helper not in chat.refused
            and chat.needs <= helper.skills
            and self.may_be_asked(helper)
        ]


def _order(chat: Chat) -> tuple[int, datetime]:
    return (-chat.priority, chat.since)
