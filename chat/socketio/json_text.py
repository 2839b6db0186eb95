"""JSON as clients send it: how deep it may be, and what browsers write though orjson refuses it."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from chat.socketio.errors import ProtocolViolation

MAX_DEPTH = 32

# Possessive, and the closing quote optional, so that hostile text costs no backtracking.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def loads(text: str) -> Any:
    """Parse JSON text.

    Raises ProtocolViolation when it is not JSON or nests deeper than MAX_DEPTH, which is looked at before
    parsing.
    """
    # Most packets hold fewer brackets than the limit, and counting is many times cheaper than looking.
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_too_deep(text):
        raise ProtocolViolation(f"JSON nests deeper than {MAX_DEPTH} levels")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "\\ud" in text.lower():
            return _loads_with_lone_surrogates(text)
        raise ProtocolViolation(f"not JSON: {error}") from None


def dumps(value: Any) -> str:
    """Compact JSON text; raises TypeError for what JSON cannot carry (bytes among others)."""
    return orjson.dumps(value).decode()


def _is_too_deep(text: str) -> bool:
    depth = 0
    for match in _BRACKET.finditer(_STRING.sub("", text)):
        if match[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        else:
            depth -= 1
    return False


def _loads_with_lone_surrogates(text: str) -> Any:
    """Parse JSON in which half an emoji is escaped, as JSON.stringify does; each half becomes U+FFFD.

    Closing the connection instead would make a client that resends after reconnecting do so for ever.
    """
    try:
        value = json.loads(text)
        paired = json.dumps(value, ensure_ascii=False, allow_nan=False)
        return orjson.loads(paired.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    except (ValueError, RecursionError) as error:
        raise ProtocolViolation(f"not JSON: {error}") from None
