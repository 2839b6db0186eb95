"""What one connection asked for, done one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

log = structlog.get_logger(__name__)

MAX_WAITING = 256

Command = Callable[..., Awaitable[None] | None]
"""Does something; what it returns, if anything, is to be waited for."""


class CommandQueue:
    """Runs commands strictly in order: at once, or, where one has to wait, in a task that exists until all
    are done.

    So the reader goes on reading, and answers heartbeats, while a command waits for the database.
    """

    __slots__ = ("_is_busy", "_room", "_task", "_waiting", "is_full")

    def __init__(self) -> None:
        self._waiting: deque[tuple[Command, tuple[Any, ...]]] | None = None
        self.is_full = False
        """Whether reading has to stop until `room`."""
        self._is_busy = False
        self._task: asyncio.Task[None] | None = None
        self._room: asyncio.Event | None = None

    async def room(self) -> None:
        """Wait until the queue is no longer full."""
        while self.is_full:
            self._room = self._room or asyncio.Event()
            await self._room.wait()

    async def idle(self) -> None:
        """Wait until everything that was asked for is done."""
        while self._task is not None:
            await asyncio.wait([self._task])

    def put(self, command: Command, *arguments: Any) -> None:
        """Do this after everything that was put before."""
        if self._is_busy:  # what a command itself puts comes after it, too
            if self._waiting is None:
                self._waiting = deque()
            self._waiting.append((command, arguments))
            self.is_full = len(self._waiting) >= MAX_WAITING
            return
        self._is_busy = True
        unfinished = _begin(command, arguments)
        if unfinished is None and not self._waiting:
            self._is_busy = False
        else:
            self._task = asyncio.get_running_loop().create_task(self._run(command, unfinished))

    async def _run(self, command: Command, unfinished: Awaitable[None] | None) -> None:
        try:
            while True:
                if unfinished is not None:
                    try:
                        await unfinished
                    except Exception as error:
                        _log_failure(command, error)
                if not self._waiting:
                    self._waiting = None  # an empty one takes 760 bytes, and most connections are quiet
                    return
                command, arguments = self._waiting.popleft()
                self.is_full = len(self._waiting) >= MAX_WAITING
                if self._room is not None and not self.is_full:
                    self._room.set()
                    self._room = None
                unfinished = _begin(command, arguments)
        finally:
            self._is_busy = False
            self._task = None


def _begin(command: Command, arguments: tuple[Any, ...]) -> Awaitable[None] | None:
    try:
        return command(*arguments)
    except Exception as error:
        _log_failure(command, error)
        return None


def _log_failure(command: Command, error: Exception) -> None:
    log.error("socket_command_failed", command=getattr(command, "__name__", "?"), exc_info=error)
