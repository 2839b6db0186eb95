"""From an event's name to its handler, and from an error to its ack."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

from accounts.tokens import Principal
from chat import access, fanout
from chat.errors import Forbidden, HelpdeskError, RateLimited, UnknownEvent
from chat.fanout.delivery import Dialect, Member
from chat.gateway import connecting, moving
from chat.gateway.commands import Command, parse
from chat.gateway.limits import event_limits, is_typing
from chat.gateway.sockets import Socket
from chat.payloads import Payload

RECOVERY_SECONDS = 120

log = structlog.get_logger(__name__)

Handler = Callable[[Socket, Any], Payload | Coroutine[Any, Any, Payload]]
"""Does what a client asks for, at once or, being a coroutine, later; raises HelpdeskError."""
HandlerType = TypeVar("HandlerType", bound=Handler)


class Namespace:
    """One namespace: an explicit table of the events that clients may send.

    A client's words are looked up in the table and used for nothing else.
    """

    def __init__(self, name: str, dialect: Dialect) -> None:
        self.name = name
        self.dialect = dialect
        self.handlers: dict[str, tuple[type[Command], Handler]] = {}
        self._on_connected: Callable[[Socket], Awaitable[None]] | None = None

    def on(self, *events: str, takes: type[Command]) -> Callable[[HandlerType], HandlerType]:
        """Enter a handler into the table for these events; it returns what the ack holds besides `ok`."""

        def enter(handler: HandlerType) -> HandlerType:
            self.handlers.update(dict.fromkeys(events, (takes, handler)))
            return handler

        return enter

    def connected(self, handler: Callable[[Socket], Awaitable[None]]) -> Callable[[Socket], Awaitable[None]]:
        """Name what is done for a socket that has been let in."""
        self._on_connected = handler
        return handler

    async def connect(self, socket: Socket) -> None:
        """Let a socket in as the person of its token. Raises `HelpdeskError` for the CONNECT_ERROR."""
        await connecting.let_in(socket, self.dialect)
        if socket.is_recoverable:
            # An offset comes with an event, and without one there is nothing to come back with.
            socket.emit("session", {"recoverySeconds": RECOVERY_SECONDS})
        if self._on_connected is not None:
            try:
                await self._on_connected(socket)
            except BaseException:
                await connecting.see_off(socket)
                raise

    def event(
        self, socket: Socket, name: str, arguments: list[Any]
    ) -> Payload | Coroutine[Any, Any, Payload]:
        """Handle one event; the ack's one value, which may have to be waited for. Never raises (SPEC §5)."""
        socket.heard_at = time.time()
        try:
            event_limits().take(socket)
            said = self._handle(socket, name, arguments)
        except Exception as error:
            return self._refused(error, name, arguments)
        return {"ok": True, **said} if isinstance(said, dict) else self._finish(said, name, arguments)

    async def _finish(self, said: Coroutine[Any, Any, Payload], name: str, arguments: list[Any]) -> Payload:
        try:
            return {"ok": True, **await said}
        except Exception as error:
            return self._refused(error, name, arguments)

    def _handle(
        self, socket: Socket, name: str, arguments: list[Any]
    ) -> Payload | Coroutine[Any, Any, Payload]:
        if name not in self.handlers:
            allowed = ", ".join(sorted(self.handlers))
            raise UnknownEvent(f"There is no event of this name here. Clients may send: {allowed}.")
        takes, handler = self.handlers[name]
        access.check_claims(socket.user, arguments[0] if arguments else None)
        return handler(socket, parse(takes, arguments))

    def _refused(self, error: Exception, name: str, arguments: list[Any]) -> Payload:
        if isinstance(error, RateLimited):
            if is_typing(name, arguments):
                return {"ok": True}
            return _refusal(error, retryAfter=error.retry_after_seconds)
        if isinstance(error, HelpdeskError):
            return _refusal(error)
        known_name = name if name in self.handlers else "?"
        log.error("event_failed", namespace=self.name, socket_event=known_name, exc_info=error)
        return _refusal(HelpdeskError("Something went wrong on our side. Please try again."))

    async def disconnected(self, socket: Socket, reason: str) -> None:
        """Forget a socket that is gone; `reason` is one of Socket.IO's."""
        await connecting.see_off(socket, reason)

    async def heartbeat(self, socket: Socket) -> None:
        """Renew what a socket holds while it lives; called about every ping interval."""
        await connecting.keep(socket)

    # Moving to another process or connection: `chat.gateway.moving`

    def stand_in(self, socket: Socket, other: Member) -> None:
        """Put `other` into a socket's place in all rooms."""
        fanout.listen().hub.stand_in(socket, other)

    def describe(self, member: Member) -> dict[str, Any]:
        """What has to be known to begin to serve a socket elsewhere."""
        return moving.describe(member)

    async def restore(self, socket: Socket, described: dict[str, Any]) -> None:
        """Let a socket in that still is elsewhere; raises `HelpdeskError`."""
        await moving.restore(socket, self.dialect, described)

    def leave(self, member: Member) -> dict[str, Any]:
        """Let go of a socket without telling anybody, and say how far it was served."""
        return moving.leave(member)

    async def arrive(self, socket: Socket, left: dict[str, Any]) -> None:
        """Go on where it was left elsewhere."""
        await moving.arrive(socket, left)


def _refusal(error: HelpdeskError, **more: Any) -> Payload:
    return {"ok": False, "error": {"code": error.code, "message": error.message, **more}}


def staff_only(user: Principal) -> None:
    """Raise `Forbidden` for anybody who does not answer chats."""
    if not user.is_staff_member:
        raise Forbidden("Only agents can send this event.")
