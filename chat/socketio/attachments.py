"""Binary data in packets: taken out before sending, put back in place of its placeholders after receiving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.socketio.errors import ProtocolViolation
from chat.socketio.packets import MAX_ATTACHMENTS, Packet, PacketType, encode

_WITHOUT_ATTACHMENTS = {PacketType.BINARY_EVENT: PacketType.EVENT, PacketType.BINARY_ACK: PacketType.ACK}
_WITH_ATTACHMENTS = {plain: binary for binary, plain in _WITHOUT_ATTACHMENTS.items()}


def reconstruct(packet: Packet, attachments: Sequence[bytes]) -> Packet:
    """Put the attachments back into a binary packet, which becomes a plain EVENT or ACK.

    Raises ProtocolViolation for a placeholder whose number names no attachment.
    """
    data = [_fill(item, attachments) for item in packet.data]
    return packet._replace(type=_WITHOUT_ATTACHMENTS[packet.type], data=data, attachments=0)


def encode_with_attachments(packet: Packet) -> tuple[str, list[bytes]]:
    """Write an EVENT or ACK whose data may hold bytes: the text part, and the attachments to send after it,
    in order.

    Raises ValueError above MAX_ATTACHMENTS, for clients drop a connection that brings more.
    """
    attachments: list[bytes] = []
    data = _extract(packet.data, attachments)
    if not attachments:
        return encode(packet), attachments
    if len(attachments) > MAX_ATTACHMENTS:
        raise ValueError(f"a packet carries at most {MAX_ATTACHMENTS} attachments, not {len(attachments)}")
    binary_type = _WITH_ATTACHMENTS[packet.type]
    return encode(packet._replace(type=binary_type, data=data, attachments=len(attachments))), attachments


def _fill(value: Any, attachments: Sequence[bytes]) -> Any:
    if type(value) is list:
        return [_fill(item, attachments) for item in value]
    if type(value) is not dict:
        return value
    if value.get("_placeholder") is True:
        number = value.get("num")
        if type(number) is not int or not 0 <= number < len(attachments):
            raise ProtocolViolation(f"a placeholder names none of the {len(attachments)} attachments")
        return attachments[number]
    return {key: _fill(item, attachments) for key, item in value.items()}


def _extract(value: Any, attachments: list[bytes]) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        attachments.append(bytes(value))
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(value, list | tuple):
        return [_extract(item, attachments) for item in value]
    if isinstance(value, dict):
        return {key: _extract(item, attachments) for key, item in value.items()}
    return value
