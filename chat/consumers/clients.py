"""What a session carries for Socket.IO: a client's namespaces, their sockets, and its commands in order."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from chat.consumers.acks import PendingAcks
from chat.consumers.commands import CommandQueue
from chat.consumers.handlers import NamespaceHandler
from chat.consumers.recovery import Recoveries
from chat.consumers.sessions import Session
from chat.consumers.streams import StreamBroken
from chat.consumers.transports import NamespaceTransport, transport_of
from chat.errors import HelpdeskError, TooLarge
from chat.gateway.sockets import Handshake, Socket
from chat.socketio.attachments import encode_with_attachments
from chat.socketio.connection import (
    AckReceived,
    Connection,
    ConnectionState,
    ConnectRequested,
    EventReceived,
    EventTooLarge,
    LeftNamespace,
    Membership,
    MembershipState,
)
from chat.socketio.errors import ConnectionEnded, DisconnectReason
from chat.socketio.event_log import EventLog, LogState
from chat.socketio.packets import Packet, PacketType, encode_ack

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
        self._namespaces = namespaces
        self._recoveries = recoveries
        self._loop = asyncio.get_running_loop()
        self._connection = Connection(self._loop.time(), connect_timeout_seconds, max_event_bytes)
        self._connects = 0
        self._commands = CommandQueue()
        self.acks = PendingAcks()
        self._sockets: dict[Membership, Socket] = {}
        self._unwelcome: Sequence[Membership] = ()
        self._heartbeat: asyncio.Task[None] | None = None

    # What the session tells

    @property
    def deadline(self) -> float | None:
        """When `check_deadline` wants to be called next."""
        return self._connection.deadline

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
        self._connection.check_deadline(now)

    def message(self, message: str | bytes, now: float) -> None:
        """Take a Socket.IO packet, or part of one; raises ProtocolViolation."""
        received = self._connection.receive(message, now)
        if isinstance(received, EventReceived):
            self._commands.put(self._handle, received)
        elif isinstance(received, AckReceived):
            self.acks.take(received)  # past the commands, one of which may be waiting for it
        elif isinstance(received, ConnectRequested):
            self._connects += 1
            if self._connects > MAX_CONNECTS:
                raise ConnectionEnded(DisconnectReason.FORCED_SERVER_CLOSE, "too many CONNECTs")
            self._commands.put(self._connect, received)
        elif isinstance(received, LeftNamespace):
            self._see_off(received.membership, DisconnectReason.CLIENT_NAMESPACE_DISCONNECT)
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
        for membership in self._connection.memberships:
            self._see_off(membership, reason)

    # What sockets ask for

    def send(self, frame: str, attachments: list[bytes]) -> None:
        """Send a packet and its attachments, with nothing between them."""
        self.session.send_frame(frame)
        for attachment in attachments:
            self.session.send_packet(attachment)

    def kick(self, membership: Membership) -> None:
        """Put the client out of a namespace; the connection goes on."""
        frame = self._connection.kick(membership)
        if frame is not None:
            self.session.send_frame(frame)
            self._see_off(membership, DisconnectReason.SERVER_NAMESPACE_DISCONNECT)
            self._expect_join()

    def _expect_join(self) -> None:
        self._connection.expect_join(self._loop.time())
        self.session.deadline_changed()

    def close_if_idle(self) -> None:
        """Close the connection where it serves no namespace any more."""
        serving = (MembershipState.CONNECTING, MembershipState.CONNECTED)
        if not any(membership.state in serving for membership in self._connection.memberships):
            self.session.close(DisconnectReason.FORCED_SERVER_CLOSE)

    def kick_all(self) -> None:
        """Put the client out of all its namespaces, one after the other, and close the connection."""
        for membership in self._connection.memberships:
            self.kick(membership)
        self.session.close(DisconnectReason.FORCED_SERVER_CLOSE)

    # Commands

    async def _connect(self, request: ConnectRequested) -> None:
        membership = request.membership
        if self.session.closed or membership.state is MembershipState.LEFT:
            return
        handler = self._namespaces.get(membership.namespace)
        if handler is None:
            self._refuse(membership, "Invalid namespace")
            return
        if self._recoveries is not None and await self._recover(membership, request.auth, handler):
            return
        socket = self._make_socket(membership, request.auth, secrets.token_urlsafe(16))
        if self._recoveries is not None and self._recoveries.is_wanted(request.auth):
            await self._recoveries.prepare(socket)
        try:
            await handler.connect(socket)
        except HelpdeskError as error:
            self._refuse(membership, str(error), error.data)
        except Exception:
            log.exception("socket_connect_failed", namespace=membership.namespace)
            self._refuse(membership, "Something went wrong on our side. Please try again.", {"code": "error"})
        else:
            self._welcome(membership, socket)

    def _welcome(self, membership: Membership, socket: Socket) -> None:
        self._sockets[membership] = socket
        transport = transport_of(socket)
        frame = self._connection.accept(membership, socket.id, transport.pid)
        if frame is not None:
            self.session.place.known()
            self.session.send_frame(frame)
        if self._recoveries is not None and transport.pid is not None:
            self._recoveries.enter(transport.pid, self)
        transport.release()

    async def _recover(self, membership: Membership, auth: dict[str, Any], handler: NamespaceHandler) -> bool:
        """Go on with the socket that the client wants back: what it has missed first, then the CONNECT."""
        assert self._recoveries is not None
        absence = await self._recoveries.claim(auth, membership.namespace, self)
        if absence is None:
            return False
        socket = self._make_socket(membership, auth, absence.socket_id)
        socket.is_recoverable = socket.is_recovered = True
        transport = transport_of(socket)
        try:
            await handler.restore(socket, absence.describe())
        except HelpdeskError:
            absence.give_up()
            return False
        try:
            left = await absence.leave()
        except StreamBroken:
            await handler.disconnected(socket, DisconnectReason.TRANSPORT_ERROR)
            return False
        transport.pid, transport.log = auth["pid"], EventLog.arrived(left.log, self.now())
        transport.drop(left.heard)
        missed = transport.log.after(auth["offset"]) or []
        await handler.arrive(socket, left.state)
        if membership.state is MembershipState.CONNECTING:
            for frame, attachments in missed:
                self.send(frame, attachments)
        self._welcome(membership, socket)
        return True

    def _make_socket(self, membership: Membership, auth: dict[str, Any], socket_id: str) -> Socket:
        # The id is shown to others; Engine.IO's sid, which is the session's secret, never is.
        client = self.session.request
        handshake = Handshake(auth, client.query, client.headers, client.address)
        return Socket(socket_id, membership.namespace, handshake, NamespaceTransport(self, membership))

    def _refuse(self, membership: Membership, message: str, data: Any = None) -> None:
        frame = self._connection.refuse(membership, message, data)
        if frame is not None:
            self.session.send_frame(frame)

    async def _handle(self, event: EventReceived) -> None:
        membership = event.membership
        socket = self._sockets.get(membership)
        if socket is None:
            return
        answer = await self._namespaces[membership.namespace].event(socket, event.name, event.arguments)
        if answer is None or membership.state is not MembershipState.CONNECTED:
            return
        if event.ack_id is None:
            tell_error(socket, event.name, answer)
            return
        values = answer if isinstance(answer, tuple) else (answer,)
        try:
            self.session.send_frame(encode_ack(membership.namespace, event.ack_id, values))
        except TypeError:  # not JSON, so it holds bytes
            packet = Packet(PacketType.ACK, membership.namespace, list(values), event.ack_id)
            self.send(*encode_with_attachments(packet))

    async def _refuse_event(self, event: EventTooLarge) -> None:
        error = TooLarge("The event is too large. At most 64 KiB are allowed.")
        answer = {"ok": False, "error": {"code": error.code, "message": error.message}}
        if event.ack_id is not None:
            self.session.send_frame(encode_ack(event.membership.namespace, event.ack_id, [answer]))
        elif event.membership in self._sockets:
            tell_error(self._sockets[event.membership], None, answer)

    def _see_off(self, membership: Membership, reason: DisconnectReason) -> None:
        self.acks.abandon(membership)
        self._commands.put(self._disconnected, membership, reason)

    async def _disconnected(self, membership: Membership, reason: DisconnectReason) -> None:
        socket = self._sockets.pop(membership, None)
        if socket is not None:
            handler = self._namespaces[membership.namespace]
            if self._recoveries is not None:
                self._recoveries.disconnected(socket, handler, reason)
            await handler.disconnected(socket, reason.value)

    async def _beat(self) -> None:
        for membership, socket in list(self._sockets.items()):
            try:
                await self._namespaces[membership.namespace].heartbeat(socket)
            except Exception:
                log.exception("socket_heartbeat_failed", namespace=membership.namespace)

    # Moving to another process

    async def idle(self) -> None:
        """Wait until everything that the client asked for is done."""
        await self._commands.idle()

    def describe(self) -> Any:
        """Who the client is in which namespace."""
        described = []
        for membership, socket in self._sockets.items():
            if membership.state is MembershipState.CONNECTED:
                transport_of(socket).watch()
                state = self._namespaces[membership.namespace].describe(socket)
                described.append([membership.namespace, socket.id, socket.handshake.auth, state])
        return described

    async def prepare(self, described: Any) -> None:
        """Begin to serve a client that still is elsewhere."""
        self._unwelcome = unwelcome = []
        for namespace, socket_id, auth, state in described:
            membership = self._connection.rejoin(namespace)
            socket = self._make_socket(membership, auth, socket_id)
            try:
                await self._namespaces[namespace].restore(socket, state)
                self._sockets[membership] = socket
            except Exception as error:
                if not isinstance(error, HelpdeskError):
                    log.exception("socket_not_moved", namespace=namespace)
                unwelcome.append(membership)

    def leave(self, to: str) -> Any:
        """Let go of the client, which goes `to` another process, without telling anybody."""
        sockets, self._sockets = self._sockets, {}
        left = {}
        for membership, socket in sockets.items():
            self.acks.abandon(membership)
            if membership.state is MembershipState.CONNECTED:
                state, transport = self._namespaces[membership.namespace].leave(socket), transport_of(socket)
                log_left = transport.log.leave() if transport.log is not None else None
                left[membership.namespace] = [state, transport.watched, transport.pid, log_left]
                if self._recoveries is not None and transport.pid is not None:
                    self._recoveries.leave(transport.pid, to)
        return [self._connection.leave(self._loop.time()), self.acks.last_id, left]

    async def arrive(self, left: Any) -> None:
        """Go on where the other process stopped; who has left there meanwhile is seen off."""
        connection, self.acks.last_id, sockets = left
        self._connection.arrive(ConnectionState(*connection), self._loop.time())
        for membership, socket in list(self._sockets.items()):
            if membership.namespace not in sockets:
                self._connection.forget(membership)
                self._see_off(membership, DisconnectReason.SERVER_NAMESPACE_DISCONNECT)
                continue
            self.session.place.known()
            state, watched, pid, log_left = sockets[membership.namespace]
            transport = transport_of(socket)
            transport.drop(watched)
            await self._namespaces[membership.namespace].arrive(socket, state)
            if self._recoveries is not None and pid is not None:
                transport.pid, transport.log = pid, EventLog.arrived(LogState(*log_left), self.now())
                self._recoveries.enter(pid, self)
            transport.release()
        for membership in self._unwelcome:
            self.kick(membership)


def tell_error(socket: Socket, event_name: str | None, answer: Any) -> None:
    """Tell a client that asked for no ack what was wrong, as an `error` event (SPEC §5)."""
    if isinstance(answer, dict) and answer.get("ok") is False:
        socket.emit("error", {**answer["error"], "event": event_name})
