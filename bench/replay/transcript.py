"""What one side of a conversation has been told of it, as it came."""

from __future__ import annotations

import asyncio
import time

from bench.replay.proof import Line


class Transcript:
    """The messages that arrived live, in the order of their arrival, repetitions included."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._arrivals: dict[int, float] = {}
        self._awaited: dict[int, asyncio.Future[float]] = {}

    def add(self, line: Line) -> None:
        """Note a message that has just arrived."""
        self.lines.append(line)
        arrived = self._arrivals.setdefault(line.seq, time.perf_counter())
        awaited = self._awaited.pop(line.seq, None)
        if awaited is not None and not awaited.done():
            awaited.set_result(arrived)

    async def arrival(self, seq: int) -> float:
        """Wait for the message with this `seq`; return when it arrived, on `time.perf_counter`'s clock."""
        if seq in self._arrivals:
            return self._arrivals[seq]
        self._awaited[seq] = asyncio.get_running_loop().create_future()
        return await self._awaited[seq]
