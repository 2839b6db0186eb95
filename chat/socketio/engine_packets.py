"""Engine.IO 4 packets and polling payloads on the wire.

A packet is one digit, its type, followed by its data; binary data stands alone, as bytes on a WebSocket and
as "b" and base64 where only text can go. A polling payload is packets joined by the record separator 0x1E.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from chat.socketio.errors import ProtocolViolation
from chat.socketio.json_text import dumps

RECORD_SEPARATOR = "\x1e"


class PacketType(StrEnum):
    """The first character of a text packet."""

    OPEN = "0"
    CLOSE = "1"
    PING = "2"
    PONG = "3"
    MESSAGE = "4"
    UPGRADE = "5"
    NOOP = "6"


CLOSE = PacketType.CLOSE.value
PING = PacketType.PING.value
PONG = PacketType.PONG.value
UPGRADE = PacketType.UPGRADE.value
NOOP = PacketType.NOOP.value
PROBE_PING = PING + "probe"
PROBE_PONG = PONG + "probe"

_TYPES = {packet_type.value: packet_type for packet_type in PacketType}


class EnginePacket(NamedTuple):
    """One packet; bytes as data make it a binary message."""

    type: PacketType
    data: str | bytes = ""


def decode_packet(wire: str | bytes) -> EnginePacket:
    """Read one packet as it came from a WebSocket or out of a payload.

    Raises ProtocolViolation for an empty packet, an unknown type and for what is not base64 after "b".
    """
    if isinstance(wire, bytes):
        return EnginePacket(PacketType.MESSAGE, wire)
    packet_type = _TYPES.get(wire[:1])
    if packet_type is not None:
        return EnginePacket(packet_type, wire[1:])
    if wire.startswith("b"):
        return EnginePacket(PacketType.MESSAGE, decode_base64(wire[1:]))
    raise ProtocolViolation(
        "empty Engine.IO packet" if not wire else f"unknown Engine.IO packet type {wire[0]!r}"
    )


def encode_packet(packet: EnginePacket, *, text_only: bool = False) -> str | bytes:
    """Write one packet; with `text_only` binary data becomes "b" and base64."""
    if isinstance(packet.data, bytes):
        return encode_base64(packet.data) if text_only else packet.data
    return packet.type.value + packet.data


def decode_payload(body: bytes) -> Iterator[str]:
    """Split a POST body into text packets, in order; raises ProtocolViolation when it is empty or not
    UTF-8.
    """
    if not body:
        raise ProtocolViolation("empty polling payload")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ProtocolViolation("a polling payload is UTF-8 text") from None
    yield from text.split(RECORD_SEPARATOR)


def encode_payload(packets: Iterable[str | bytes]) -> bytes:
    """Join packets, encoded for a WebSocket, into the body of a poll's answer."""
    return RECORD_SEPARATOR.join(
        encode_base64(packet) if isinstance(packet, bytes) else packet for packet in packets
    ).encode()


def encode_open(
    sid: str, upgrades: list[str], ping_interval_ms: int, ping_timeout_ms: int, max_payload_bytes: int
) -> str:
    """The handshake's answer; typed clients need every number to be an integer."""
    return PacketType.OPEN.value + dumps(
        {
            "sid": sid,
            "upgrades": upgrades,
            "pingInterval": ping_interval_ms,
            "pingTimeout": ping_timeout_ms,
            "maxPayload": max_payload_bytes,
        }
    )


def decode_base64(text: str) -> bytes:
    """Strict base64; raises ProtocolViolation."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise ProtocolViolation("binary data is not base64") from None


def encode_base64(data: bytes) -> str:
    """A binary message where only text can go."""
    return "b" + binascii.b2a_base64(data, newline=False).decode()
