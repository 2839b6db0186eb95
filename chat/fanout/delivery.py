"""What the hub knows of the outside: members that take frames, and dialects that write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from chat.events import Event


class Member(Protocol):
    """A socket in a namespace. `deliver` never waits and never raises."""

    namespace: str

    @property
    def user_id(self) -> str: ...

    def deliver(self, frame: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One frame for the members of rooms; written only when there is somebody to read it."""

    rooms: tuple[str, ...]
    encode: Callable[[], str]
    except_room: str | None = None
    except_user: str | None = None


Dialect = Callable[[Event], Iterable[Outgoing]]
"""Says an event in a namespace's words: which frames go to whom."""
