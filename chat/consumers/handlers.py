"""What serves a namespace, as the transports see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from chat.gateway.sockets import Socket

if TYPE_CHECKING:
    from chat.fanout.delivery import Member


class NamespaceHandler(Protocol):
    """What serves a namespace."""

    async def connect(self, socket: Socket) -> None:
        """Let a socket in; raises HelpdeskError to refuse it."""

    def event(self, socket: Socket, name: str, arguments: list[Any]) -> Any:
        """Handle an event; returns the ack's value, a tuple of values for several, or None for no ack; or
        a coroutine that returns it.
        """

    async def disconnected(self, socket: Socket, reason: str) -> None:
        """A socket that was let in is gone."""

    async def heartbeat(self, socket: Socket) -> None:
        """The socket is alive; called about every ping interval."""

    def stand_in(self, socket: Socket, other: Member) -> None:
        """A socket's client may come back: put `other` into its place in all rooms; then it disconnects."""

    # A socket, or who stands in for it, moves, in this order. What is handed over is what JSON carries.

    def describe(self, member: Member) -> dict[str, Any]:
        """What the other process has to know to begin to serve a socket; it goes on here meanwhile."""

    async def restore(self, socket: Socket, described: dict[str, Any]) -> None:
        """Begin to serve a socket that still is elsewhere: what it is sent is held back, and what it is sent
        there as well is dropped. Raises HelpdeskError to refuse it.
        """

    def leave(self, member: Member) -> dict[str, Any]:
        """Serve a socket no more, without telling anybody, and say how far it was served."""

    async def arrive(self, socket: Socket, left: dict[str, Any]) -> None:
        """Go on where the other process stopped."""
