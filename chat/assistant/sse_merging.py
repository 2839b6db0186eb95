"""Makes one event of the pieces of text that a language model has sent since one last looked.

Each event costs its reader half a millisecond, whatever it says, and a model sends one for each token.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec

_TEXTS = ("content", "reasoning_content", "reasoning")
"""What an OpenAI-compatible endpoint streams piece by piece; the latter two are thoughts."""


class TextMerger:
    """Takes a stream of server-sent events in any pieces, and gives whole events.

    Neighbours that add text to the same answer become one; all others pass as they are.
    """

    def __init__(self) -> None:
        self._unfinished = bytearray()
        self.has_text = False

    def feed(self, data: bytes) -> bytes:
        """Take more of the stream, and return the events that are whole."""
        # Looked for near the new bytes only: a line may have megabytes, and come in small pieces.
        near = bytes(self._unfinished[-3:]) + data
        self._unfinished += data
        if b"\n\n" not in near and b"\n\r\n" not in near:
            return b""
        *events, rest = bytes(self._unfinished).replace(b"\r\n", b"\n").split(b"\n\n")
        self._unfinished = bytearray(rest)
        return b"".join(event + b"\n\n" for event in self._merged(events))

    def flush(self) -> bytes:
        """Return what is left where the stream ends."""
        rest, self._unfinished = bytes(self._unfinished), bytearray()
        return rest

    def _merged(self, events: list[bytes]) -> Iterator[bytes]:
        for kind, run in groupby(map(_TextEvent.read, events), key=lambda event: event.kind):
            first, *others = run
            if not kind:
                yield from (event.as_sent for event in (first, *others))
                continue
            self.has_text = True
            yield first.with_more([event.text for event in others]) if others else first.as_sent


@dataclass(slots=True)
class _TextEvent:
    """An event that only adds `text`; of any other, `kind` is empty."""

    as_sent: bytes
    kind: str = ""
    text: str = ""
    data: Any = None

    @classmethod
    def read(cls, event: bytes) -> _TextEvent:
        if not event.startswith(b"data:") or b"\n" in event:
            return cls(event)
        try:
            data = msgspec.json.decode(event[5:])
            [choice] = data["choices"]
            delta = choice["delta"]
            [(kind, text)] = ((key, delta[key]) for key in delta if key != "role" and delta[key] is not None)
        except (ValueError, LookupError, TypeError, RecursionError):
            return cls(event)  # whatever it is, the reader finds out
        is_text = kind in _TEXTS and isinstance(text, str) and text
        if not is_text or choice.get("finish_reason") or data.get("usage"):
            return cls(event)
        return cls(event, kind, text, data)

    def with_more(self, texts: list[str]) -> bytes:
        self.data["choices"][0]["delta"][self.kind] = "".join([self.text, *texts])
        return b"data: " + msgspec.json.encode(self.data)
