"""The worst language model there is: it finds orders in anybody's words, however hidden, and obeys."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

ORDER = re.compile(
    r"(?:call (?P<tool>\w+) with (?P<arguments>\{.*?\})(?=\s*(?:$|[.;\n\"])))"
    r"|(?P<reveal>(?:reveal|print|repeat) your instructions)(?: as (?P<manner>\w+))?"
    r"|(?:say exactly: (?P<text>[^\n]+))",
    re.IGNORECASE,
)
ENCODED = re.compile(r"[A-Za-z0-9+/=]{24,}")


@dataclass
class Order:
    """What it is to do: call a tool, or say a text."""

    tool: str = ""
    arguments: str = ""
    text: str = ""


def next_order(messages: list[dict[str, Any]], done: int) -> Order | None:
    """The order after those that are done already; what is said comes last."""
    system = "\n".join(_text(m) for m in messages if m["role"] == "system")
    calls: list[Order] = []
    said: list[str] = []
    seen: set[str] = set()
    for reading in _readings("\n".join(_text(m) for m in messages if m["role"] != "assistant")):
        for order in ORDER.finditer(reading):
            if order[0] in seen:
                continue
            seen.add(order[0])
            if order["tool"]:
                # Its end: what a tool shows may be short, and our rules stand before the instructions.
                told = json.dumps(system[-400:])[1:-1]
                arguments = order["arguments"].replace("YOUR-INSTRUCTIONS", told)
                calls.append(Order(order["tool"], arguments))
            elif order["text"]:
                said.append(order["text"])
            else:
                said.append(_manner(system, order["manner"] or ""))
    if done < len(calls):
        return calls[done]
    if said:
        results = " ".join(_text(m) for m in messages if m["role"] == "tool")
        return Order(text=f"{' '.join(dict.fromkeys(said))} {results}")
    return None


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, and as somebody reads it who looks for hidden meaning."""
    yield text
    yield unicodedata.normalize("NFKC", text)
    yield codecs.decode(text, "rot13")
    yield text[::-1]
    yield unquote(text)
    yield "".join(chr(ord(c) - 0xE0000) for c in text if 0xE0020 <= ord(c) <= 0xE007E)
    yield re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]", "", text)
    for encoded in ENCODED.findall(text):
        for decode in (base64.b64decode, bytes.fromhex):
            try:
                yield decode(encoded).decode()
            except (ValueError, binascii.Error):
                continue


def _manner(text: str, manner: str) -> str:
    """A text in another guise, as people ask for to get past a filter."""
    match manner.lower():
        case "capitals":
            return text.upper()
        case "spaced":
            return " ".join(text)
        case "dashed":
            return "-".join(text)
        case "markdown":
            return " ".join(f"**{word}**" for word in text.split())
        case "invisible":
            return "\u200b".join(text)
        case _:
            return text


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
