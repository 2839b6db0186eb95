"""How long texts are in bytes, without encoding more of them than need be."""

from __future__ import annotations

MAX_BYTES_PER_CHARACTER = 4


def is_longer(wire: str | bytes, max_bytes: int) -> bool:
    """Whether a message is longer than so many bytes; encodes only what may be."""
    if isinstance(wire, bytes) or len(wire) > max_bytes:
        return len(wire) > max_bytes
    return (
        len(wire) * MAX_BYTES_PER_CHARACTER > max_bytes and len(wire.encode("utf-8", "replace")) > max_bytes
    )
