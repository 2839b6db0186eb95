"""What a session carries for Socket.IO: a client's namespaces, their sockets, and its commands in order."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog

from chat.consumers.acks import PendingAcks
from chat.consumers.commands import CommandQueue
from chat.consumers.sessions import Session
from chat.errors import HelpdeskError, TooLarge
from chat.gateway.sockets import Handshake, Socket
from chat.socketio.attachments import encode_with_attachments
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
from chat.socketio.delivery import Delivery
from chat.socketio.errors import ConnectionEnded, DisconnectReason
from chat.socketio.packets import Packet, PacketType, encode_ack

log = structlog.get_logger(__name__)

MAX_CONNECTS = 100
"""How often a client joins namespaces over one connection; who does more often has to connect anew."""


class NamespaceHandler(Protocol):
    """What serves a namespace."""

    async def connect(self, socket: Socket) -> None:
        """Let a socket in; raises HelpdeskError to refuse it."""

    async def event(self, socket: Socket, name: str, arguments: list[Any]) -> Any:
        """Handle an event; returns the ack's value, a tuple of values for several, or None for no ack."""

    async def disconnected(self, socket: Socket, reason: str) -> None:
        """A socket that was let in is gone."""

    async def heartbeat(self, socket: Socket) -> None:
        """The socket is alive; called about every ping interval."""


class NamespaceTransport:
    """What a socket sends through. Until the client has been told that it is in, packets are held back."""

    __slots__ = ("_client", "_held", "_membership")

    def __init__(self, client: Client, membership: Membership) -> None:
        self._client = client
        self._membership = membership
        self._held: list[tuple[str, list[bytes]]] | None = []

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send a finished text packet, without the leading "4"; dropped when the client is not in the
        namespace, a volatile one also when it cannot be written at once.
        """
        if self._held is not None:
            self._held.append((frame, []))
        elif self._membership.state is MembershipState.CONNECTED:
            session = self._client.session
            if delivery is not Delivery.VOLATILE or session.is_writable:
                session.send_frame(frame)

    def send_binary_event(self, frame: str, attachments: list[bytes]) -> None:
        """Send the text part of a binary packet and its attachments after it."""
        self._send(frame, attachments)

    def _send(self, frame: str, attachments: list[bytes]) -> None:
        if self._held is not None:
            self._held.append((frame, attachments))
        elif self._membership.state is MembershipState.CONNECTED:
            self._client.send(frame, attachments)

    def release(self) -> None:
        """The client has been told: send what was held back."""
        held, self._held = self._held or [], None
        for frame, attachments in held:
            self.send_binary_event(frame, attachments)

    async def ask(self, event: str, arguments: Sequence[Any], timeout_seconds: float) -> list[Any]:
        """Send an event and return what the client acks it with; raises Unanswered."""
        acks, membership = self._client.acks, self._membership
        ack_id = acks.next_id()
        packet = Packet(PacketType.EVENT, membership.namespace, [event, *arguments], ack_id)
        self._send(*encode_with_attachments(packet))
        return await acks.wait(membership, ack_id, timeout_seconds)

    def disconnect(self) -> None:
        """Put the client out of the namespace."""
        self._client.kick(self._membership)

    def dismiss(self) -> None:
        """Put the client out of the namespace, and close the connection unless it is in another."""
        self._client.kick(self._membership)
        self._client.close_if_idle()

    def disconnect_all(self) -> None:
        """Put the client out of all its namespaces and close the connection."""
        self._client.kick_all()

    def close(self) -> None:
        """Close the whole connection; the client may come back."""
        self._client.session.close(DisconnectReason.FORCED_SERVER_CLOSE)


class Client:
    """One connection's namespaces, joined and served in the order in which the client asked."""

    def __init__(
        self,
        session: Session,
        namespaces: Mapping[str, NamespaceHandler],
        connect_timeout_seconds: float,
        max_event_bytes: int | None = None,
    ) -> None:
        self.session = session
        self._namespaces = namespaces
        self._loop = asyncio.get_running_loop()
        self._connection = Connection(self._loop.time(), connect_timeout_seconds, max_event_bytes)
        self._connects = 0
        self._commands = CommandQueue()
        self.acks = PendingAcks()
        self._sockets: dict[Membership, Socket] = {}
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
        transport = NamespaceTransport(self, membership)
        socket = self._make_socket(request, transport)
        try:
            await handler.connect(socket)
        except HelpdeskError as error:
            self._refuse(membership, str(error), error.data)
        except Exception:
            log.exception("socket_connect_failed", namespace=membership.namespace)
            self._refuse(membership, "Something went wrong on our side. Please try again.", {"code": "error"})
        else:
            self._sockets[membership] = socket
            frame = self._connection.accept(membership, socket.id)
            if frame is not None:
                self.session.place.known()
                self.session.send_frame(frame)
            transport.release()

    def _make_socket(self, request: ConnectRequested, transport: NamespaceTransport) -> Socket:
        client = self.session.request
        handshake = Handshake(request.auth, client.query, client.headers, client.address)
        # The id is shown to others; Engine.IO's sid, which is the session's secret, never is.
        return Socket(secrets.token_urlsafe(16), request.membership.namespace, handshake, transport)

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
            await self._namespaces[membership.namespace].disconnected(socket, reason.value)

    async def _beat(self) -> None:
        for membership, socket in list(self._sockets.items()):
            try:
                await self._namespaces[membership.namespace].heartbeat(socket)
            except Exception:
                log.exception("socket_heartbeat_failed", namespace=membership.namespace)


def tell_error(socket: Socket, event_name: str | None, answer: Any) -> None:
    """Tell a client that asked for no ack what was wrong, as an `error` event (SPEC §5)."""
    if isinstance(answer, dict) and answer.get("ok") is False:
        socket.emit("error", {**answer["error"], "event": event_name})
