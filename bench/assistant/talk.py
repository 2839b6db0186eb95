"""People who write to each other steadily, and how long each message takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import aiohttp

from bench.replay.connection import Connection

SECONDS_BETWEEN = 0.5
"""Each pair writes a message so often, in turn."""
WAIT_SECONDS = 30


@dataclass(slots=True)
class Times:
    """Milliseconds of each message until its sender knew that it is stored, and until the other had it."""

    acknowledged: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)


class Pair:
    """A customer and the agent who has the chat, both on namespace `/chat`."""

    def __init__(self) -> None:
        self._sides: list[Connection] = []
        self._awaited: dict[tuple[int, str], asyncio.Future[float]] = {}
        self._chat_id = ""

    @classmethod
    async def meet(
        cls, stack: AsyncExitStack, http: aiohttp.ClientSession, url: str, tokens: tuple[str, str], queue: str
    ) -> Self:
        """Let the customer begin a chat and the agent take it. Raises `Refused`."""
        pair = cls()
        for side, token in enumerate(tokens):
            hear = partial(pair._hear, side)
            pair._sides.append(await Connection.open(http, url, "/chat", token, hear))
            stack.push_async_callback(pair._sides[-1].close)
        customer, agent = pair._sides
        pair._chat_id = (await customer.ask("join-chat", {"queueId": queue}))["chat"]["chatId"]
        await agent.ask("claim-chat", {"chatId": pair._chat_id})
        return pair

    async def talk(self, seconds: float, name: str, times: Times) -> None:
        """Write to each other for so long. Raises `Refused`, and `TimeoutError` for what does not come."""
        began = time.perf_counter()
        for number in range(round(seconds / SECONDS_BETWEEN)):
            await asyncio.sleep(began + number * SECONDS_BETWEEN - time.perf_counter())
            async with asyncio.timeout(WAIT_SECONDS):
                await self._say(number % 2, f"{name}, message {number}: where is it now?", times)

    async def _say(self, side: int, text: str, times: Times) -> None:
        other = self._awaited[1 - side, text] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await self._sides[side].ask("chat-message", {"chatId": self._chat_id, "text": text})
        times.acknowledged.append((time.perf_counter() - began) * 1000)
        times.delivered.append((await other - began) * 1000)

    def _hear(self, side: int, event: str, data: Any) -> None:
        if event == "chat-message" and (side, data["text"]) in self._awaited:
            self._awaited.pop((side, data["text"])).set_result(time.perf_counter())


async def talk(pairs: Sequence[Pair], seconds: float, name: str) -> Times:
    """Let all pairs write, each beginning a little after the one before."""
    times = Times()

    async def begin(number: int, pair: Pair) -> None:
        await asyncio.sleep(SECONDS_BETWEEN * number / len(pairs))
        await pair.talk(seconds, name, times)

    await asyncio.gather(*(begin(number, pair) for number, pair in enumerate(pairs)))
    return times
