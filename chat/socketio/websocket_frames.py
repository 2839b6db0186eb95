"""A server's WebSocket text frame (RFC 6455 §5.2), to be built once and written to many sockets."""

from __future__ import annotations

TEXT = b"\x81"
"""The last, and only, fragment of a text."""
MAX_SHORT = 125
LENGTH_OF_2_BYTES = b"\x7e"
LENGTH_OF_8_BYTES = b"\x7f"


def text_frame(text: str) -> bytes:
    """An unfragmented, unmasked, uncompressed text frame. Raises UnicodeEncodeError for a lone surrogate."""
    payload = text.encode()
    size = len(payload)
    if size <= MAX_SHORT:
        return TEXT + size.to_bytes(1, "big") + payload
    if size < 1 << 16:
        return TEXT + LENGTH_OF_2_BYTES + size.to_bytes(2, "big") + payload
    return TEXT + LENGTH_OF_8_BYTES + size.to_bytes(8, "big") + payload
