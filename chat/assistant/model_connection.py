"""An event loop's connection to the model process, shared by all answers that it asks for."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from chat.assistant.model_wire import Command, Ended, Report, Stop, framed, read_report

HANGS_AFTER_SECONDS = 20
"""A process that has not stopped an answer in this time does nothing any more."""
GONE = "The model process ended."


class ModelConnection:
    """Says commands, and hands each conversation the reports that are about it."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, end_process: Callable[[], None]
    ) -> None:
        """`end_process` is called when it hangs or has closed its side; what it does may be done twice."""
        self._reader = reader
        self._writer = writer
        self._end_process = end_process
        self._numbers = itertools.count(1)
        self._conversations: dict[int, asyncio.Queue[Report]] = {}
        self._stopping: dict[int, asyncio.TimerHandle] = {}
        self._reading = asyncio.create_task(self._read())

    @property
    def is_over(self) -> bool:
        """Whether the process is gone."""
        return self._reading.done()

    @contextmanager
    def conversation(self) -> Iterator[tuple[int, asyncio.Queue[Report]]]:
        """A number for a request, and what is reported about it; left before its end, it is stopped."""
        number = next(self._numbers)
        reports = self._conversations[number] = asyncio.Queue()
        if self.is_over:
            self._end(Ended(number, 0, GONE))
        try:
            yield number, reports
        finally:
            if self._conversations.pop(number, None) is not None and not self.is_over:
                self._stop(number)

    async def tell(self, command: Command) -> None:
        """Say something to the process; to one that is gone, nothing: its conversations have ended."""
        self._write(command)
        with suppress(OSError):
            await self._writer.drain()

    def _write(self, command: Command) -> None:
        # What uvloop raises for a connection that has closed, before we have read its end.
        with suppress(RuntimeError):
            self._writer.write(framed(command))

    def _stop(self, number: int) -> None:
        self._write(Stop(number))
        loop = asyncio.get_running_loop()
        self._stopping[number] = loop.call_later(HANGS_AFTER_SECONDS, self._end_process)

    async def _read(self) -> None:
        try:
            while True:
                report = await read_report(self._reader)
                if isinstance(report, Ended):
                    self._end(report)
                elif report.number in self._conversations:
                    self._conversations[report.number].put_nowait(report)
        except (asyncio.IncompleteReadError, OSError):
            self._end_process()
        finally:
            for number in [*self._conversations, *self._stopping]:
                self._end(Ended(number, 0, GONE))
            self._writer.close()

    def _end(self, report: Ended) -> None:
        if report.number in self._stopping:
            self._stopping.pop(report.number).cancel()
        if report.number in self._conversations:
            self._conversations.pop(report.number).put_nowait(report)
