"""What this process publishes to the others: in order, and whatever is pending in one go."""

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio

from chat.consumers.streams import StreamBroken


class Publisher:
    """Publishes over one connection, so that what is published first arrives first."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._pending: list[tuple[str, bytes, asyncio.Future[int]]] = []
        self._task: asyncio.Task[None] | None = None

    def publish(self, channel: str, message: bytes) -> asyncio.Future[int]:
        """Publish a message: tells how many listen, or StreamBroken where Redis does not say."""
        loop = asyncio.get_running_loop()
        reached = loop.create_future()
        # Not everybody waits to be told.
        reached.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._pending.append((channel, message, reached))
        if self._task is None:
            self._task = loop.create_task(self._publish_pending())
        return reached

    async def _publish_pending(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                try:
                    counts = await self._execute(batch)
                except Exception as error:
                    for *_, reached in batch:
                        if not reached.done():
                            reached.set_exception(StreamBroken(f"Redis: {type(error).__name__}"))
                else:
                    for (*_, reached), number in zip(batch, counts, strict=True):
                        if not reached.done():
                            reached.set_result(number)
        finally:
            self._task = None

    async def _execute(self, batch: list[tuple[str, bytes, Any]]) -> list[int]:
        async with self._client.pipeline(transaction=False) as pipeline:
            for channel, message, _ in batch:
                pipeline.publish(channel, message)
            counts: list[int] = await pipeline.execute()
            return counts
