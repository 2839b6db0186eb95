"""What a session carries for Socket.IO: a client's namespaces, their sockets, and its commands in order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from inspect import iscoroutine
from typing import Any

import structlog

from chat.consumers import joining, moving_clients
from chat.consumers.acks import PendingAcks, encode_binary_ack
from chat.consumers.commands import CommandQueue
from chat.consumers.handlers import NamespaceHandler
from chat.consumers.recovery import Recoveries
from chat.consumers.sessions import Session
from chat.errors import TooLarge
from chat.gateway.sockets import Socket
from chat.socketio.connection import (
    AckReceived,
    Connection,
    ConnectRequested,
    EventReceived,
    EventTooLarge,
    LeftNamespace,
    Membership,
    MembershipState,
)
from chat.socketio.errors import ConnectionEnded, DisconnectReason
from chat.socketio.packets import encode_ack

log = structlog.get_logger(__name__)

MAX_CONNECTS = 100
"""How often a client joins namespaces over one connection; who does more often has to connect anew."""


class Client:
    """One connection's namespaces, joined and served in the order in which the client asked."""

    def __init__(
        self,
        session: Session,
        namespaces: Mapping[str, NamespaceHandler],
        connect_timeout_seconds: float,
        max_event_bytes: int | None = None,
        recoveries: Recoveries | None = None,
    ) -> None:
        self.session = session
        self.namespaces = namespaces
        self.recoveries = recoveries
        self._loop = asyncio.get_running_loop()
        self.connection = Connection(self._loop.time(), connect_timeout_seconds, max_event_bytes)
        self._connects = 0
        self._commands = CommandQueue()
        self.acks = PendingAcks()
        self.sockets: dict[Membership, Socket] = {}
        self.unwelcome: Sequence[Membership] = ()
        self._heartbeat: asyncio.Task[None] | None = None

    # What the session tells

    @property
    def deadline(self) -> float | None:
        """When `check_deadline` wants to be called next."""
        return self.connection.deadline

    @property
    def is_full(self) -> bool:
        """Whether too many commands wait."""
        return self._commands.is_full

    async def room(self) -> None:
        """Wait until fewer commands wait."""
        await self._commands.room()

    def now(self) -> float:
        """The time in seconds on the session's clock."""
        return self._loop.time()

    def check_deadline(self, now: float) -> None:
        """Raises ConnectionEnded when the client let its time pass."""
        self.connection.check_deadline(now)

    def message(self, message: str | bytes, now: float) -> None:
        """Take a Socket.IO packet, or part of one; raises ProtocolViolation."""
        received = self.connection.receive(message, now)
        if isinstance(received, EventReceived):
            self._commands.put(self._handle, received)
        elif isinstance(received, AckReceived):
            self.acks.take(received)  # past the commands, one of which may be waiting for it
        elif isinstance(received, ConnectRequested):
            self._connects += 1
            if self._connects > MAX_CONNECTS:
                raise ConnectionEnded(DisconnectReason.FORCED_SERVER_CLOSE, "too many CONNECTs")
            self._commands.put(self._join, received)
        elif isinstance(received, LeftNamespace):
            self.see_off(received.membership, DisconnectReason.CLIENT_NAMESPACE_DISCONNECT)
            self._expect_join()
        elif isinstance(received, EventTooLarge):
            self._commands.put(self._refuse_event, received)
        elif received is None:
            self.session.deadline_changed()  # attachments are due

    def heartbeat(self) -> None:
        """The client is alive: tell the namespaces, past the commands, which may be waiting for something."""
        if self._heartbeat is None or self._heartbeat.done():
            self._heartbeat = asyncio.get_running_loop().create_task(self._beat())

    def closed(self, reason: DisconnectReason) -> None:
        """The connection is over: what it asked for is still done, then its sockets are seen off."""
        for membership in self.connection.memberships:
            self.see_off(membership, reason)

    # What sockets ask for

    def send(self, frame: str, attachments: list[bytes]) -> None:
        """Send a packet and its attachments, with nothing between them."""
        self.session.send_frame(frame)
        for attachment in attachments:
            self.session.send_packet(attachment)

    def kick(self, membership: Membership) -> None:
        """Put the client out of a namespace; the connection goes on."""
        frame = self.connection.kick(membership)
        if frame is not None:
            self.session.send_frame(frame)
            self.see_off(membership, DisconnectReason.SERVER_NAMESPACE_DISCONNECT)
            self._expect_join()

    def _expect_join(self) -> None:
        self.connection.expect_join(self._loop.time())
        self.session.deadline_changed()

    def close_if_idle(self) -> None:
        """Close the connection where it serves no namespace any more."""
        serving = (MembershipState.CONNECTING, MembershipState.CONNECTED)
        if not any(membership.state in serving for membership in self.connection.memberships):
            self.session.close(DisconnectReason.FORCED_SERVER_CLOSE)

    def kick_all(self) -> None:
        """Put the client out of all its namespaces, one after the other, and close the connection."""
        for membership in self.connection.memberships:
            self.kick(membership)
        self.session.close(DisconnectReason.FORCED_SERVER_CLOSE)

    # Commands

    async def _join(self, request: ConnectRequested) -> None:
        await joining.join(self, request)

    def _handle(self, event: EventReceived) -> Coroutine[Any, Any, None] | None:
        membership = event.membership
        socket = self.sockets.get(membership)
        if socket is None:
            return None
        answer = self.namespaces[membership.namespace].event(socket, event.name, event.arguments)
        if iscoroutine(answer):
            return self._answer_later(event, socket, answer)
        self._answer(event, socket, answer)
        return None

    async def _answer_later(
        self, event: EventReceived, socket: Socket, answer: Coroutine[Any, Any, Any]
    ) -> None:
        self._answer(event, socket, await answer)

    def _answer(self, event: EventReceived, socket: Socket, answer: Any) -> None:
        membership = event.membership
        if answer is None or membership.state is not MembershipState.CONNECTED:
            return
        if event.ack_id is None:
            tell_error(socket, event.name, answer)
            return
        values = answer if isinstance(answer, tuple) else (answer,)
        try:
            self.session.send_frame(encode_ack(membership.namespace, event.ack_id, values))
        except TypeError:  # not JSON, so it holds bytes
            self.send(*encode_binary_ack(membership.namespace, event.ack_id, values))

    def _refuse_event(self, event: EventTooLarge) -> None:
        error = TooLarge("The event is too large. At most 64 KiB are allowed.")
        answer = {"ok": False, "error": {"code": error.code, "message": error.message}}
        if event.ack_id is not None:
            self.session.send_frame(encode_ack(event.membership.namespace, event.ack_id, [answer]))
        elif event.membership in self.sockets:
            tell_error(self.sockets[event.membership], None, answer)

    def see_off(self, membership: Membership, reason: DisconnectReason) -> None:
        """A client has left a namespace: it is sent nothing more; its socket is told after its commands."""
        socket = self.sockets.get(membership)
        if socket is not None:
            socket.deliver = socket.transport.send_frame  # which knows that the client is not in any more
        self.acks.abandon(membership)
        self._commands.put(self._disconnected, membership, reason)

    async def _disconnected(self, membership: Membership, reason: DisconnectReason) -> None:
        socket = self.sockets.pop(membership, None)
        if socket is not None:
            handler = self.namespaces[membership.namespace]
            if self.recoveries is not None:
                self.recoveries.disconnected(socket, handler, reason)
            await handler.disconnected(socket, reason.value)

    async def _beat(self) -> None:
        for membership, socket in list(self.sockets.items()):
            try:
                await self.namespaces[membership.namespace].heartbeat(socket)
            except Exception:
                log.exception("socket_heartbeat_failed", namespace=membership.namespace)

    # Moving to another process

    async def idle(self) -> None:
        """Wait until everything that the client asked for is done."""
        await self._commands.idle()

    def describe(self) -> Any:
        """Who the client is in which namespace."""
        return moving_clients.describe(self)

    async def prepare(self, described: Any) -> None:
        """Begin to serve a client that still is elsewhere."""
        self.unwelcome = await moving_clients.prepare(self, described)

    def leave(self, to: str) -> Any:
        """Let go of the client, which goes `to` another process, without telling anybody."""
        return moving_clients.leave(self, to)

    async def arrive(self, left: Any) -> None:
        """Go on where the other process stopped; who has left there meanwhile is seen off."""
        await moving_clients.arrive(self, left)


def tell_error(socket: Socket, event_name: str | None, answer: Any) -> None:
    """Tell a client that asked for no ack what was wrong, as an `error` event (SPEC §5)."""
    if isinstance(answer, dict) and answer.get("ok") is False:
        socket.emit("error", {**answer["error"], "event": event_name})
