"""Socket.IO 5 packets on the wire, as strict as socket.io-parser.

`<type>[<number of attachments>-][<namespace>,][<ack id>][JSON]`, without the Engine.IO "4" in front. Of a
packet with binary attachments this is the first part: placeholders stand where the attachments, which
follow, belong (chat.socketio.attachments).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from chat.socketio.errors import ProtocolViolation
from chat.socketio.json_text import dumps, loads

MAX_ATTACHMENTS = 10
MAX_ACK_ID = 2**53
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)

_EVENT_HEAD = re.compile(r"2(?:(/[^,]*),)?([0-9]*)\[")
_MAX_ACK_ID_DIGITS = len(str(MAX_ACK_ID))
_ABSENT = object()  # no JSON at all, which is not null


class PacketType(IntEnum):
    """The first digit of a packet."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


class Packet(NamedTuple):
    """One packet (a NamedTuple, for one is made of every frame that arrives).

    `data` is None or what the JSON says: an object for CONNECT and CONNECT_ERROR, `[name, *arguments]` for
    events, the arguments for acks. `attachments` is how many binary messages follow.
    """

    type: PacketType
    namespace: str = "/"
    data: Any = None
    id: int | None = None
    attachments: int = 0


_BINARY = frozenset({PacketType.BINARY_EVENT, PacketType.BINARY_ACK})


def decode(text: str) -> Packet:
    """Read a packet, or the first part of a binary one.

    Raises ProtocolViolation for what socket.io-parser refuses.
    """
    kind = _KINDS.get(text[:1])
    if kind is None:
        raise ProtocolViolation(f"unknown packet type {text[0]!r}" if text else "empty Socket.IO packet")
    packet_type, is_binary, is_payload_valid = kind
    position = 1
    attachments = 0
    if is_binary:
        attachments, position = _decode_attachment_count(text)
    namespace = "/"
    if text.startswith("/", position):
        comma = text.find(",", position)
        end = len(text) if comma < 0 else comma
        namespace = text[position:end]
        position = end + 1
    rest = text[position:]
    json_text = rest.lstrip("0123456789")
    ack_id = None if json_text is rest else _decode_ack_id(rest[: len(rest) - len(json_text)])
    data = loads(json_text) if json_text else _ABSENT
    if not is_payload_valid(data):
        raise ProtocolViolation(f"wrong payload for {packet_type.name}")
    return Packet(packet_type, namespace, None if data is _ABSENT else data, ack_id, attachments)


def decode_event_head(text: str) -> tuple[str, int | None] | None:
    """Return the namespace and the ack id of a plain event without reading what it says; None for another
    packet, or a malformed one.
    """
    head = _EVENT_HEAD.match(text)
    return (head[1] or "/", _decode_ack_id(head[2])) if head else None


def encode(packet: Packet) -> str:
    """Write a packet, or the first part of a binary one."""
    count = f"{packet.attachments}-" if packet.type in _BINARY else ""
    namespace = "" if packet.namespace == "/" else f"{packet.namespace},"
    ack_id = "" if packet.id is None else packet.id
    data = "" if packet.data is None else dumps(packet.data)
    return f"{packet.type.value}{count}{namespace}{ack_id}{data}"


def encode_event(namespace: str, event: str, arguments: Sequence[Any], ack_id: int | None = None) -> str:
    """Write an EVENT without attachments; raises TypeError for arguments JSON cannot carry.

    The text is the same for every receiver in the namespace: encode once, send to all.
    """
    prefix = "2" if namespace == "/" else f"2{namespace},"
    json_text = dumps([event, *arguments])
    return f"{prefix}{json_text}" if ack_id is None else f"{prefix}{ack_id}{json_text}"


def encode_ack(namespace: str, ack_id: int, arguments: Sequence[Any]) -> str:
    """Write an ACK without attachments; raises TypeError for arguments JSON cannot carry."""
    prefix = "3" if namespace == "/" else f"3{namespace},"
    return f"{prefix}{ack_id}{dumps(list(arguments))}"


def encode_connect(namespace: str, sid: str, pid: str | None = None) -> str:
    """Write the answer to a CONNECT: `sid` names the client in this namespace, and differs from
    Engine.IO's; a `pid`, which is secret, makes the client come back with it.
    """
    data = {"sid": sid} if pid is None else {"sid": sid, "pid": pid}
    return encode(Packet(PacketType.CONNECT, namespace, data))


def encode_connect_error(namespace: str, message: str, data: Any = None) -> str:
    """Write the refusal of a CONNECT; the client sees `message` and `data` and does not retry by itself."""
    payload = {"message": message} if data is None else {"message": message, "data": data}
    return encode(Packet(PacketType.CONNECT_ERROR, namespace, payload))


def encode_disconnect(namespace: str) -> str:
    """Write the packet that makes a client leave a namespace, for good: it does not reconnect by itself."""
    return encode(Packet(PacketType.DISCONNECT, namespace))


def _decode_attachment_count(text: str) -> tuple[int, int]:
    """Return the number of attachments and where the rest begins."""
    dash = text.find("-", 1, 4)
    digits = text[1:dash]
    if dash < 0 or not (digits.isascii() and digits.isdecimal()):
        raise ProtocolViolation("a binary packet starts with the number of its attachments")
    count = int(digits)
    if not 1 <= count <= MAX_ATTACHMENTS:
        raise ProtocolViolation(f"a binary packet has 1 to {MAX_ATTACHMENTS} attachments, not {count}")
    return count, dash + 1


def _decode_ack_id(digits: str) -> int | None:
    if not digits:
        return None
    if len(digits) > _MAX_ACK_ID_DIGITS or int(digits) > MAX_ACK_ID:
        raise ProtocolViolation(f"an ack id is at most {MAX_ACK_ID}")
    return int(digits)


# type(), not isinstance(): True is an int to Python and no number to JSON.


def _is_event(data: Any) -> bool:
    if type(data) is not list or not data:
        return False
    name = data[0]
    return name not in RESERVED_EVENTS if type(name) is str else type(name) in (int, float)


def _is_ack(data: Any) -> bool:
    return type(data) is list


def _is_auth(data: Any) -> bool:
    return type(data) is dict or data is _ABSENT


def _is_error(data: Any) -> bool:
    return type(data) is dict or type(data) is str


def _is_absent(data: Any) -> bool:
    return data is _ABSENT


_KINDS: dict[str, tuple[PacketType, bool, Callable[[Any], bool]]] = {
    "0": (PacketType.CONNECT, False, _is_auth),
    "1": (PacketType.DISCONNECT, False, _is_absent),
    "2": (PacketType.EVENT, False, _is_event),
    "3": (PacketType.ACK, False, _is_ack),
    "4": (PacketType.CONNECT_ERROR, False, _is_error),
    "5": (PacketType.BINARY_EVENT, True, _is_event),
    "6": (PacketType.BINARY_ACK, True, _is_ack),
}
