"""What one connection asked for, done one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

log = structlog.get_logger(__name__)

MAX_WAITING = 256

Command = Callable[..., Awaitable[None]]


class CommandQueue:
    """Runs commands strictly in order in a task of its own, which exists only while there is something to do.

    So the reader goes on reading, and answers heartbeats, while a command waits for the database.
    """

    __slots__ = ("_room", "_task", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[tuple[Command, tuple[Any, ...]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._room: asyncio.Event | None = None

    @property
    def is_full(self) -> bool:
        """Whether reading has to stop until `room`."""
        return len(self._waiting) >= MAX_WAITING

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
        self._waiting.append((command, arguments))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                command, arguments = self._waiting.popleft()
                if self._room is not None and not self.is_full:
                    self._room.set()
                    self._room = None
                try:
                    await command(*arguments)
                except Exception:
                    log.exception("socket_command_failed", command=getattr(command, "__name__", "?"))
        finally:
            self._task = None
