"""What a client says of itself when a conversation begins: its page, its device (SPEC §5, §6)."""

from __future__ import annotations

from typing import Any

import orjson

from chat.errors import InvalidInput

MAX_CONTEXT_BYTES = 4_096


def checked_context(context: Any) -> dict[str, Any]:
    """Check a context: it is shown and never believed. Raises `InvalidInput` naming the limit."""
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise InvalidInput("The context is an object.", field="context")
    try:
        text = orjson.dumps(context)
    except orjson.JSONEncodeError:  # an integer of more than 64 bits, or half an emoji
        raise InvalidInput("The context holds something that cannot be stored.", field="context") from None
    if len(text) > MAX_CONTEXT_BYTES:
        raise InvalidInput(
            f"The context has {len(text):,} bytes; at most 4,096 are allowed.", field="context"
        )
    if b"\\u0000" in text:
        raise InvalidInput("The context holds a NUL character, which cannot be stored.", field="context")
    return context
