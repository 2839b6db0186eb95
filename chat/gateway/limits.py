"""How much a socket, a person and an address may ask for (SPEC §5): a person types, a program does not."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

from accounts.local_limits import LocalLimit
from accounts.rate_limits import is_this_machine, network_of
from chat.errors import RateLimited
from chat.gateway.sockets import Socket

BURST_SECONDS = 10
"""How much of what is allowed in a while may come at once: what waited for a connection, for one."""
REFUSALS_PER_MINUTE = 1_000
"""Who is refused more often is not read on."""
TYPING_EVENTS = frozenset({"typing:start", "typing:stop"})
TYPING_STATUSES = frozenset({"typing", "idle"})


class EventLimits:
    """Events in a second, in this process: of one socket, of all of one person, of all of one address.

    An address is a network of IPv6. This machine's own is nobody's: a proxy here that is not in
    TRUSTED_PROXIES speaks for everyone.
    """

    def __init__(self, of_socket: float, of_person: float, of_address: float) -> None:
        self._of_socket, self._of_person, self._of_address = (
            LocalLimit(limit * BURST_SECONDS, BURST_SECONDS) for limit in (of_socket, of_person, of_address)
        )
        self._refusals = LocalLimit(REFUSALS_PER_MINUTE, 60)

    def take(self, socket: Socket) -> None:
        """Count an event. Raises `RateLimited`; who has been refused too often is put out besides."""
        now = time.monotonic()
        address = socket.handshake.address
        wait = (
            self._of_socket.take(socket.id, now)
            or self._of_person.take(socket.user_id, now)
            or (0.0 if is_this_machine(address) else self._of_address.take(network_of(address), now))
        )
        if not wait:
            return
        refusal = RateLimited("Too many events. Please wait a moment.", retry_after_seconds=math.ceil(wait))
        if self._refusals.take(socket.id, now):
            socket.dismiss(refusal.code, refusal.message)
        raise refusal


@cache
def event_limits() -> EventLimits:
    """The limits of this process, as the settings say."""
    return EventLimits(
        settings.SOCKETIO_EVENTS_PER_SECOND,
        settings.SOCKETIO_EVENTS_PER_SECOND_OF_PERSON,
        settings.SOCKETIO_EVENTS_PER_SECOND_OF_ADDRESS,
    )


def is_typing(event: str, arguments: list[Any]) -> bool:
    """Whether an event says that somebody types, or does no more: of too many nobody has to be told."""
    if event in TYPING_EVENTS:
        return True
    said = arguments[0] if arguments else None
    return event == "set-status" and isinstance(said, Mapping) and said.get("status") in TYPING_STATUSES
