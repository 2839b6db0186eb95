"""Event loops in threads of their own: each stands for a web process."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30


class LoopThread:
    """An event loop that runs in the background until `stop`."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there and wait for what it returns or raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_SECONDS)

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function there, after everything that was handed to the loop before."""

        async def call() -> T:
            return function(*arguments)

        return self.run(call())

    def stop(self) -> None:
        """End every task and close the loop."""

        async def end() -> None:
            # Once is not always enough: a library that is just connecting may swallow it.
            while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks, timeout=0.2)

        self.run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self.loop.close()
