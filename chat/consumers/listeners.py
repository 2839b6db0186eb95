"""What a session carries messages for, as the session sees it."""

from __future__ import annotations

from typing import Any, Protocol

from chat.socketio.errors import DisconnectReason


class Listener(Protocol):
    """What a session carries messages for. Nothing but `room` waits; ConnectionEnded ends the session."""

    @property
    def deadline(self) -> float | None:
        """When `check_deadline` wants to be called next."""

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be read until `room`."""

    async def room(self) -> None:
        """Wait until there is room again."""

    def message(self, message: str | bytes, now: float) -> None:
        """The client sent a message."""

    def check_deadline(self, now: float) -> None:
        """Look whether the client let its time pass."""

    def heartbeat(self) -> None:
        """The client answered a ping."""

    def closed(self, reason: DisconnectReason) -> None:
        """The session is over; called once."""

    # Moving to another process, in this order; what is handed over is made of what MessagePack carries.

    async def idle(self) -> None:
        """Wait until everything that the client asked for is done."""

    def describe(self) -> Any:
        """What the other process has to know to begin; it goes on here meanwhile."""

    async def prepare(self, described: Any) -> None:
        """Begin to serve a client that still is elsewhere; nothing is sent yet."""

    def leave(self, to: str) -> Any:
        """Let go of the client, which goes `to` another process, without telling anybody; say how far it was
        served.
        """

    async def arrive(self, left: Any) -> None:
        """Go on where the other process stopped."""
