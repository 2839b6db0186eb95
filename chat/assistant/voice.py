"""What an answer's listeners hear of it, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chat import fanout
from chat.actions.answering import Turn
from chat.assistant.pace import pace_for
from chat.events import StreamChunk


class Voice:
    """Says the words of one answer into its chat: the first at once, the others at the pace of `pace_for`."""

    def __init__(self, turn: Turn, on_first: Callable[[], None]) -> None:
        """`on_first` is called before the first words are heard."""
        self._turn = turn
        self._on_first = on_first
        self._said = ""
        self._unsaid = ""
        self._next_at = 0.0
        self._waiting: asyncio.TimerHandle | None = None

    @property
    def text(self) -> str:
        """The whole answer so far."""
        return self._said + self._unsaid

    def say(self, text: str) -> None:
        """Say more."""
        self._unsaid += text
        if not self._unsaid or self._waiting is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._next_at:
            self.flush()
        else:
            self._waiting = loop.call_at(self._next_at, self.flush)

    def flush(self) -> None:
        """Let everything be heard now."""
        self.stop()
        if not self._unsaid:
            return
        if not self._said:
            self._on_first()
        turn, offset, text = self._turn, len(self._said), self._unsaid
        self._said, self._unsaid = self._said + text, ""
        pace = pace_for(fanout.of_process().hub.streams.own_answers)
        self._next_at = asyncio.get_running_loop().time() + pace
        fanout.publish(
            StreamChunk(turn.conversation_id, turn.stream, turn.conversation.version, offset, text)
        )

    def stop(self) -> None:
        """Let nothing more be heard by itself."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
