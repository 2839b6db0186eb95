"""How long texts are in bytes, without encoding more of them than need be, and what keeping one costs."""

from __future__ import annotations

import sys

MAX_BYTES_PER_CHARACTER = 4
BYTES_AROUND_A_PACKET = 320
"""What a waiting packet takes besides its text: the message it is sent in, its place in a queue."""


def is_longer(wire: str | bytes, max_bytes: int) -> bool:
    """Whether a message is longer than so many bytes; encodes only what may be."""
    if isinstance(wire, bytes) or len(wire) > max_bytes:
        return len(wire) > max_bytes
    return (
        len(wire) * MAX_BYTES_PER_CHARACTER > max_bytes and len(wire.encode("utf-8", "replace")) > max_bytes
    )


def memory_of(packet: str | bytes) -> int:
    """How many bytes of memory a packet takes while it waits; many small ones are dear, too."""
    return sys.getsizeof(packet) + BYTES_AROUND_A_PACKET
