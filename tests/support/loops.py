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
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

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
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        while self.loop.is_running():
            pass
        self.loop.close()
