"""One conversation between two web processes about one request."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol


class StreamBroken(Exception):
    """The other end is gone or has ended the stream, or something on its way may have been lost."""


class Line(Protocol):
    """What carries a stream's messages."""

    async def say(self, stream: Stream, *message: Any) -> None: ...

    def forget(self, stream: Stream, *, tell: bool) -> None: ...


class Stream:
    """Messages (anything MessagePack carries) both ways, in order, none lost: else it breaks.

    Once it `is_over`, what has come is still received, and nothing more is sent.
    """

    __slots__ = ("_arrived", "_inbox", "_line", "heard_at", "is_over", "key", "peer")

    def __init__(self, key: str, peer: str, line: Line) -> None:
        self.key = key
        self.peer = peer
        self.heard_at = time.monotonic()
        self._line = line
        self._inbox: list[Any] = []
        self._arrived = asyncio.Event()
        self.is_over = False

    async def send(self, data: Any, *, last: bool = False) -> None:
        """Send a message, the `last` one for both; raises StreamBroken when it did not get there."""
        if self.is_over:
            raise StreamBroken("the stream is over")
        await self._line.say(self, "data", data, last)
        if last:
            self.is_over = True
            self._line.forget(self, tell=False)

    async def try_send(self, data: Any, *, last: bool = False) -> bool:
        """As `send`; say whether the message got there."""
        try:
            await self.send(data, last=last)
        except StreamBroken:
            return False
        return True

    async def receive(self) -> Any:
        """Return the next message; raises StreamBroken when none will come."""
        while not self._inbox:
            if self.is_over:
                raise StreamBroken("the other end is gone")
            self._arrived.clear()
            await self._arrived.wait()
        return self._inbox.pop(0)

    def close(self) -> None:
        """Say no more and hear no more."""
        self.is_over = True
        self._line.forget(self, tell=True)

    def put(self, data: Any, last: bool) -> None:
        """A message came in."""
        self._inbox.append(data)
        self.heard_at = time.monotonic()
        if last:
            self.is_over = True
            self._line.forget(self, tell=False)
        self._arrived.set()

    def broken(self) -> None:
        """The other end is gone; what it said before is still received."""
        self.is_over = True
        self._arrived.set()
