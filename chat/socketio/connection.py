"""One client's Socket.IO connection: the namespaces it is in, multiplexed over one Engine.IO session."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, NamedTuple

import msgspec

from chat.socketio.attachments import reconstruct
from chat.socketio.errors import ConnectionEnded, DisconnectReason, ProtocolViolation
from chat.socketio.packets import (
    Packet,
    PacketType,
    decode,
    decode_event_head,
    encode_connect,
    encode_connect_error,
    encode_disconnect,
)
from chat.socketio.sizes import is_longer

ATTACHMENT_TIMEOUT_SECONDS = 5.0


class MembershipState(Enum):
    """Where a client stands with a namespace."""

    CONNECTING = auto()
    CONNECTED = auto()
    KICKED = auto()
    LEFT = auto()


class Membership:
    """One stay of a client in one namespace; joining again after leaving makes another."""

    __slots__ = ("namespace", "state")

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.state = MembershipState.CONNECTING


class ConnectRequested(NamedTuple):
    """The client wants to join: answer with `Connection.accept` or `Connection.refuse`."""

    membership: Membership
    auth: dict[str, Any]


class EventReceived(msgspec.Struct, frozen=True):
    """The client sent an event; with an `ack_id` it wants an ack."""

    membership: Membership
    name: str
    arguments: list[Any]
    ack_id: int | None


class EventTooLarge(NamedTuple):
    """The client sent an event of too many bytes, which were not read."""

    membership: Membership
    ack_id: int | None


class AckReceived(NamedTuple):
    """The client answered an event of ours; unknown and late ids are to be ignored."""

    membership: Membership
    ack_id: int | None
    arguments: list[Any]


class LeftNamespace(NamedTuple):
    """The client left a namespace; the connection goes on."""

    membership: Membership


class ConnectionState(NamedTuple):
    """What another process has to know to go on with a connection; `…due_in` are seconds."""

    kicked: list[str]
    """The namespaces that we have put the client out of."""
    incomplete: Packet | None
    attachments: list[bytes]
    attachments_due_in: float | None
    join_due_in: float | None


Received = ConnectRequested | EventReceived | EventTooLarge | AckReceived | LeftNamespace


class Connection:
    """Feed it Engine.IO messages, with the time in seconds on any monotonic clock; it says what they mean.

    It is over once a method raises ConnectionEnded. `deadline` is when `check_deadline` wants to be called,
    if at all: a client that is in no namespace, or that does not bring the attachments it announced, does
    not stay. `max_event_bytes` limits an event, its attachments included; None leaves it to the transport.
    """

    __slots__ = (
        "_attachments",
        "_attachments_due_at",
        "_connect_timeout_seconds",
        "_incomplete",
        "_join_due_at",
        "_max_event_bytes",
        "_memberships",
    )

    def __init__(
        self, now: float, connect_timeout_seconds: float, max_event_bytes: int | None = None
    ) -> None:
        self._connect_timeout_seconds = connect_timeout_seconds
        self._join_due_at: float | None = now + connect_timeout_seconds
        self._max_event_bytes = max_event_bytes
        self._attachments_due_at: float | None = None
        self._memberships: dict[str, Membership] = {}
        self._incomplete: Packet | None = None
        self._attachments: list[bytes] = []

    @property
    def deadline(self) -> float | None:
        """When `check_deadline` wants to be called next."""
        return min(
            (at for at in (self._join_due_at, self._attachments_due_at) if at is not None), default=None
        )

    @property
    def memberships(self) -> list[Membership]:
        """The namespaces the client is in or about to join."""
        return list(self._memberships.values())

    def receive(self, message: str | bytes, now: float) -> Received | None:
        """Take one message; None while attachments are due, or when it is for a namespace we put the client
        out of.

        Raises ProtocolViolation.
        """
        if isinstance(message, bytes):
            return self._receive_attachment(message, now)
        if self._incomplete is not None:
            raise ProtocolViolation("text came while attachments were due")
        if self._max_event_bytes is not None and is_longer(message, self._max_event_bytes):
            head = decode_event_head(message)
            if head is not None:
                membership = self._membership_of(head[0])
                is_in = membership.state is not MembershipState.KICKED
                return EventTooLarge(membership, head[1]) if is_in else None
        packet = decode(message)
        if not packet.attachments:
            return self._interpret(packet)
        self._membership_of(packet.namespace)  # before anything is kept for it
        self._incomplete = packet
        self._attachments_due_at = now + ATTACHMENT_TIMEOUT_SECONDS
        return None

    def check_deadline(self, now: float) -> None:
        """Raises ConnectionEnded when the client let its time pass."""
        if self._attachments_due_at is not None and now >= self._attachments_due_at:
            raise ProtocolViolation("the announced attachments did not come")
        if self._join_due_at is not None and now >= self._join_due_at:
            raise ConnectionEnded(
                DisconnectReason.FORCED_SERVER_CLOSE, "the client joined no namespace in time"
            )

    def accept(self, membership: Membership, sid: str, pid: str | None = None) -> str | None:
        """Let the client in: return the packet that tells it, or None when it left in the meantime."""
        if membership.state is not MembershipState.CONNECTING:
            return None
        membership.state = MembershipState.CONNECTED
        self._join_due_at = None
        return encode_connect(membership.namespace, sid, pid)

    def refuse(self, membership: Membership, message: str, data: Any = None) -> str | None:
        """Turn the client away: return the packet that tells it, or None when it left in the meantime."""
        if membership.state is not MembershipState.CONNECTING:
            return None
        self._remove(membership)
        return encode_connect_error(membership.namespace, message, data)

    def expect_join(self, now: float) -> None:
        """A client that is in no namespace any more may join one again, for as long as at the beginning."""
        staying = (MembershipState.CONNECTING, MembershipState.CONNECTED)
        if self._join_due_at is None and not any(one.state in staying for one in self._memberships.values()):
            self._join_due_at = now + self._connect_timeout_seconds

    def kick(self, membership: Membership) -> str | None:
        """Put the client out of a namespace: return the packet that tells it, or None when it is not in."""
        if membership.state is not MembershipState.CONNECTED:
            return None
        membership.state = MembershipState.KICKED
        return encode_disconnect(membership.namespace)

    def _receive_attachment(self, attachment: bytes, now: float) -> Received | None:
        packet = self._incomplete
        if packet is None:
            raise ProtocolViolation("binary data that no packet announced")
        self._attachments.append(attachment)
        if self._max_event_bytes is not None and sum(map(len, self._attachments)) > self._max_event_bytes:
            raise ProtocolViolation("too large attachments")
        if len(self._attachments) < packet.attachments:
            self._attachments_due_at = now + ATTACHMENT_TIMEOUT_SECONDS
            return None
        attachments, self._attachments, self._incomplete = self._attachments, [], None
        self._attachments_due_at = None
        return self._interpret(reconstruct(packet, attachments))

    def _interpret(self, packet: Packet) -> Received | None:
        if packet.type is PacketType.CONNECT:
            return self._join(packet)
        membership = self._memberships.get(packet.namespace) or self._membership_of(packet.namespace)
        if packet.type is PacketType.EVENT:
            received: Received = EventReceived(membership, str(packet.data[0]), packet.data[1:], packet.id)
        elif packet.type is PacketType.ACK:
            received = AckReceived(membership, packet.id, packet.data)
        elif packet.type is PacketType.DISCONNECT:
            received = LeftNamespace(membership)
        else:
            raise ProtocolViolation("only the server refuses a CONNECT", DisconnectReason.FORCED_CLOSE)
        if membership.state is MembershipState.KICKED:
            return None  # it was on its way when we put the client out
        if packet.type is PacketType.DISCONNECT:
            self._remove(membership)
        return received

    def _join(self, packet: Packet) -> ConnectRequested:
        membership = self._memberships.get(packet.namespace)
        if membership is not None and membership.state is not MembershipState.KICKED:
            raise ProtocolViolation("a second CONNECT to a namespace", DisconnectReason.FORCED_CLOSE)
        self._memberships[packet.namespace] = joined = Membership(packet.namespace)
        return ConnectRequested(joined, packet.data or {})

    def _membership_of(self, namespace: str) -> Membership:
        membership = self._memberships.get(namespace)
        if membership is None:
            raise ProtocolViolation("a packet for a namespace not joined", DisconnectReason.FORCED_CLOSE)
        return membership

    def _remove(self, membership: Membership) -> None:
        membership.state = MembershipState.LEFT
        self._memberships.pop(membership.namespace, None)

    # Moving to another process

    def leave(self, now: float) -> ConnectionState:
        """The connection goes on elsewhere: what has to be known there besides who is in which namespace."""
        return ConnectionState(
            [one.namespace for one in self.memberships if one.state is MembershipState.KICKED],
            self._incomplete,
            self._attachments,
            None if self._attachments_due_at is None else self._attachments_due_at - now,
            None if self._join_due_at is None else self._join_due_at - now,
        )

    def arrive(self, state: ConnectionState, now: float) -> None:
        """Go on with a connection that was elsewhere; who is in which namespace, `rejoin` says."""
        for namespace in state.kicked:
            self._memberships.setdefault(namespace, Membership(namespace)).state = MembershipState.KICKED
        if state.incomplete is not None:
            kind, *rest = state.incomplete
            self._incomplete = Packet(PacketType(kind), *rest)
        self._attachments = list(state.attachments)
        if state.attachments_due_in is not None:
            self._attachments_due_at = now + state.attachments_due_in
        self._join_due_at = None if state.join_due_in is None else now + state.join_due_in

    def rejoin(self, namespace: str) -> Membership:
        """The client is in this namespace: it joined elsewhere."""
        self._memberships[namespace] = membership = Membership(namespace)
        membership.state = MembershipState.CONNECTED
        return membership

    def forget(self, membership: Membership) -> None:
        """The client has left a namespace meanwhile, elsewhere."""
        self._remove(membership)
