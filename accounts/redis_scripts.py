"""Scripts that many run in Redis at the same time, over one connection, whatever is pending in one go.

A thousand clients that come back at once would open a thousand connections otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from accounts.futures import settle
from accounts.redis_clients import asynchronous

AT_MOST = 200
"""How many scripts travel together."""

Call = tuple[str, Sequence[str], Sequence[str | float], asyncio.Future[Any]]


class Scripts:
    """The scripts that one event loop's callers wait for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._pending: list[Call] = []
        self._running: asyncio.Task[None] | None = None

    def put(self, script: str, keys: Sequence[str], values: Sequence[str | float]) -> asyncio.Future[Any]:
        """Run a script after those that were put before; returns what it will say, or raise."""
        answer = self.loop.create_future()
        self._pending.append((script, keys, values, answer))
        if self._running is None:
            self._running = self.loop.create_task(self._run())
        return answer

    async def _run(self) -> None:
        try:
            while self._pending:
                calls, self._pending = self._pending[:AT_MOST], self._pending[AT_MOST:]
                try:
                    answers = await _execute(calls)
                except Exception as error:
                    # Who waits does not wait for as many time-outs as there are calls before his.
                    calls, self._pending = calls + self._pending, []
                    answers = [error] * len(calls)
                for (*_, waits), answer in zip(calls, answers, strict=True):
                    settle(waits, answer)
        finally:
            self._running = None


async def _execute(calls: Sequence[Call]) -> list[Any]:
    async with asynchronous().pipeline(transaction=False) as pipeline:
        for script, keys, values, _ in calls:
            pipeline.eval(script, len(keys), *keys, *values)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers


_scripts: Scripts | None = None


async def run_script(script: str, keys: Sequence[str], values: Sequence[str | float]) -> Any:
    """Run a Lua script in Redis; return what it says. Raises one of `redis_clients.FAILURES`."""
    global _scripts
    loop = asyncio.get_running_loop()
    if _scripts is None or _scripts.loop is not loop:
        _scripts = Scripts(loop)
    return await _scripts.put(script, keys, values)
