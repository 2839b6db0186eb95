"""One client's Engine.IO session without I/O: heartbeat, polling rules, upgrade and close."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from chat.socketio.engine_handshake import TransportName
from chat.socketio.engine_packets import (
    CLOSE,
    NOOP,
    PING,
    PONG,
    PROBE_PING,
    PROBE_PONG,
    UPGRADE,
    decode_packet,
    encode_open,
    encode_payload,
)
from chat.socketio.errors import ConnectionEnded, DisconnectReason, ProtocolViolation
from chat.socketio.sizes import memory_of


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a server tells its clients in the handshake; times are milliseconds."""

    ping_interval_ms: int = 25_000
    ping_timeout_ms: int = 20_000
    max_payload_bytes: int = 1_000_000
    upgrade_timeout_ms: int = 10_000


class UpgradeState(Enum):
    """How far a WebSocket has come in taking over a polling session."""

    NONE = auto()
    STARTED = auto()
    PROBED = auto()


class EngineState(NamedTuple):
    """What another process has to know to go on with a session; `due_in` is seconds until the deadline."""

    awaiting_pong: bool
    due_in: float
    packets: list[str | bytes]


class EngineSession:
    """Feed it what arrives, with the time; send what it returns. It is over once a method raises
    ConnectionEnded.

    `now` is in seconds on any monotonic clock. `deadline` is when `tick` wants to be called next.
    `awaiting_pong` says that a ping is unanswered, `poll_waits` that a poll waits for something to say,
    `buffered_size` is how many bytes of memory what waits for a poll takes.
    """

    __slots__ = (
        "_buffer",
        "_push_arrives",
        "awaiting_pong",
        "buffered_size",
        "deadline",
        "options",
        "poll_waits",
        "sid",
        "transport",
        "upgrade",
    )

    def __init__(self, sid: str, transport: TransportName, options: EngineOptions, now: float) -> None:
        self.sid = sid
        self.transport = transport
        self.options = options
        self.upgrade = UpgradeState.NONE
        self.deadline = now + options.ping_interval_ms / 1000
        self.buffered_size = 0
        self.awaiting_pong = False
        self.poll_waits = False
        self._push_arrives = False
        self._buffer: list[str | bytes] = []

    def open_packet(self) -> str:
        """The first packet a client gets; only a polling session can be upgraded."""
        upgrades = [TransportName.WEBSOCKET.value] if self.transport is TransportName.POLLING else []
        options = self.options
        return encode_open(
            self.sid, upgrades, options.ping_interval_ms, options.ping_timeout_ms, options.max_payload_bytes
        )

    # Heartbeat

    def tick(self, now: float) -> str | None:
        """Return the ping to send when one is due; raises ConnectionEnded when a pong is overdue."""
        if now < self.deadline:
            return None
        if self.awaiting_pong:
            raise ConnectionEnded(DisconnectReason.PING_TIMEOUT, "no pong came in time")
        self.awaiting_pong = True
        self.deadline = now + self.options.ping_timeout_ms / 1000
        return PING

    def _receive_pong(self, now: float) -> None:
        # A pong nobody asked for must not put off the next ping.
        if self.awaiting_pong:
            self.awaiting_pong = False
            self.deadline = now + self.options.ping_interval_ms / 1000

    # Packets from the client

    def receive(self, wire: str | bytes, now: float) -> str | bytes | None:
        """Take one packet; return the message it carries, or None when it was Engine.IO's own business.

        Raises ConnectionEnded when the client closes, and ProtocolViolation on a malformed packet or a
        ping, which only servers send.
        """
        kind = wire[:1]
        if kind == "4":
            return wire[1:]
        if isinstance(wire, bytes):
            return wire
        if kind == PONG:
            self._receive_pong(now)
            return None
        if kind == CLOSE:
            raise ConnectionEnded(DisconnectReason.TRANSPORT_CLOSE, "the client closed the session")
        if kind == PING:
            raise ProtocolViolation("only the server pings", DisconnectReason.TRANSPORT_ERROR)
        packet = decode_packet(wire)
        return packet.data if isinstance(packet.data, bytes) else None

    # Polling

    def begin_poll(self) -> bytes | None:
        """A GET came in: return the answer, or None when it must wait until `take_payload`.

        Raises ProtocolViolation when another is waiting already.
        """
        if self.poll_waits:
            raise ProtocolViolation("two polls at once", DisconnectReason.TRANSPORT_ERROR)
        if self._buffer or self.upgrade is UpgradeState.PROBED:
            return self.take_payload()
        self.poll_waits = True
        return None

    def take_payload(self) -> bytes:
        """The buffered packets as the answer to a poll, which ends it; a noop when there are none, for an
        empty body
        stalls some clients."""
        self.poll_waits = False
        return encode_payload(self.take_packets() or [NOOP])

    def begin_push(self) -> None:
        """A POST came in, its body not yet read; raises ProtocolViolation when another is still arriving."""
        if self._push_arrives:
            raise ProtocolViolation("two pushes at once", DisconnectReason.TRANSPORT_ERROR)
        self._push_arrives = True

    def end_push(self) -> None:
        """The POST's packets have been taken."""
        self._push_arrives = False

    def enqueue(self, packet: str | bytes) -> None:
        """Keep a packet for the next poll, or for the WebSocket after the upgrade."""
        self._buffer.append(packet)
        self.buffered_size += memory_of(packet)

    def take_packets(self) -> list[str | bytes]:
        """The buffered packets, which are the caller's from now on."""
        packets, self._buffer, self.buffered_size = self._buffer, [], 0
        return packets

    # Upgrade

    def begin_upgrade(self) -> bool:
        """A WebSocket with this sid was opened; False when it has to be closed: upgraded already, or
        another tries.
        """
        if self.transport is not TransportName.POLLING or self.upgrade is not UpgradeState.NONE:
            return False
        self.upgrade = UpgradeState.STARTED
        return True

    def receive_probe(self, wire: str | bytes) -> str | None:
        """Take a packet from the upgrading WebSocket; return its answer.

        After the probe's answer polls are released at once, so that the client can stop polling; pushes and
        messages go on by polling until the client's upgrade packet makes `transport` WEBSOCKET.

        Raises ProtocolViolation for anything else: that WebSocket is to be closed, the session lives on.
        """
        if wire == PROBE_PING and self.upgrade is UpgradeState.STARTED:
            self.upgrade = UpgradeState.PROBED
            return PROBE_PONG
        if wire == UPGRADE and self.upgrade is UpgradeState.PROBED:
            self.upgrade = UpgradeState.NONE
            self.transport = TransportName.WEBSOCKET
            return None
        raise ProtocolViolation("not a probe", DisconnectReason.TRANSPORT_ERROR)

    def abandon_upgrade(self) -> None:
        """The upgrading WebSocket failed; polling goes on."""
        self.upgrade = UpgradeState.NONE

    # Moving to another process

    def leave(self, now: float) -> EngineState:
        """The session goes on elsewhere: what has to be known there, the buffered packets among it."""
        return EngineState(self.awaiting_pong, max(0.0, self.deadline - now), self.take_packets())

    def arrive(self, state: EngineState, now: float) -> None:
        """Go on with a session that was elsewhere, its packets before those that are buffered here."""
        self.awaiting_pong, self.deadline = state.awaiting_pong, now + state.due_in
        here = self.take_packets()
        for packet in (*state.packets, *here):
            self.enqueue(packet)
