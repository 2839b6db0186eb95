"""The last events that one socket was sent, for a client that comes back and wants what it has missed."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any, NamedTuple

MAX_EVENTS = 1_000
MAX_SIZE = 1_048_576
MAX_AGE_SECONDS = 120.0
_MAX_DIGITS = 15

Sent = tuple[str, list[bytes]]
"""A packet and its attachments."""


class LogState(NamedTuple):
    """What another process has to know to go on with a log; what is in it counts as new there."""

    tag: str
    last: int
    events: list[Sent]


class EventLog:
    """Numbers events: each gets an offset as its last argument, which the client names when it comes back.

    `tag` makes its offsets differ from those of all other logs. It holds up to MAX_EVENTS, MAX_SIZE
    (characters and bytes) and MAX_AGE_SECONDS; times are seconds on any monotonic clock.
    """

    __slots__ = ("_events", "_last", "_size", "_tag")

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._last = 0
        self._events: deque[tuple[float, str, list[bytes]]] = deque()
        self._size = 0

    def add(self, frame: str, attachments: list[bytes], now: float) -> str:
        """Take an EVENT without an ack id, or the first part of a binary one; return it with its offset."""
        self._last += 1
        numbered = f'{frame[:-1]},"{self._tag}{self._last}"]'
        self._keep(numbered, attachments, now)
        self._forget_old(now)
        return numbered

    def after(self, offset: Any) -> list[Sent] | None:
        """The events after an offset; None where it is none of this log's, or too much has been forgotten."""
        number = self._number(offset)
        if number is None or not self._last - len(self._events) <= number <= self._last:
            return None
        known = len(self._events) - (self._last - number)
        return [(frame, attachments) for _, frame, attachments in islice(self._events, known, None)]

    def leave(self) -> LogState:
        """The socket goes on elsewhere: what has to be known there."""
        return LogState(
            self._tag, self._last, [(frame, attachments) for _, frame, attachments in self._events]
        )

    @classmethod
    def arrived(cls, state: LogState, now: float) -> EventLog:
        """Go on with a log that was elsewhere."""
        log = cls(state.tag)
        log._last = state.last
        for frame, attachments in state.events:
            log._keep(frame, attachments, now)
        return log

    def _keep(self, frame: str, attachments: list[bytes], now: float) -> None:
        self._events.append((now, frame, attachments))
        self._size += _size_of(frame, attachments)

    def _forget_old(self, now: float) -> None:
        events, long_ago = self._events, now - MAX_AGE_SECONDS
        while events and (len(events) > MAX_EVENTS or self._size > MAX_SIZE or events[0][0] < long_ago):
            _, frame, attachments = events.popleft()
            self._size -= _size_of(frame, attachments)

    def _number(self, offset: Any) -> int | None:
        if not isinstance(offset, str) or not offset.startswith(self._tag):
            return None
        digits = offset[len(self._tag) :]
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS
        return int(digits) if is_number else None


def _size_of(frame: str, attachments: list[bytes]) -> int:
    return len(frame) + sum(map(len, attachments))
