"""What the hub knows of the outside: members that take frames, and dialects that write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from chat.events import Event
from chat.socketio.delivery import Delivery


class Member(Protocol):
    """A socket in a namespace. `deliver` never waits and never raises."""

    namespace: str

    @property
    def user_id(self) -> str: ...

    @property
    def is_staff_member(self) -> bool: ...

    def deliver(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None: ...


class Outgoing(msgspec.Struct, frozen=True):
    """One frame for the members of rooms; written only when there is somebody to read it.

    `encode` takes the id of the person who reads: a personal frame is written once for each, any other once
    for all, with an empty id. What only agents and admins may know is `staff_only`. What
    goes on from what a snapshot tells is `joined_only`: for those who have theirs. `delivery` says what it is
    worth later.
    """

    rooms: tuple[str, ...]
    encode: Callable[[str], str]
    except_room: str | None = None
    except_user: str | None = None
    is_personal: bool = False
    staff_only: bool = False
    joined_only: bool = False
    delivery: Delivery = Delivery.RELIABLE


Dialect = Callable[[Event], Iterable[Outgoing]]
"""Says an event in a namespace's words: which frames go to whom."""
