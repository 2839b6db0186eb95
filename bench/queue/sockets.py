"""Agents on sockets of two web processes: all of them pick, or all of them want the same chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import aiohttp

from bench.replay.connection import Connection

Figures = tuple[list[float], float]
"""The milliseconds of each request, and how many seconds all took."""


async def pick(urls: Sequence[str], crowd: Mapping[str, Any], queue: str, agents: int, count: int) -> Figures:
    """Let agents pick from a queue, each one chat after the other. Raises `Refused`."""
    async with AsyncExitStack() as stack:
        team = await _team(stack, urls, crowd["agents"][:agents])
        left = iter(range(count))

        async def pick_some(agent: Connection) -> list[float]:
            milliseconds = []
            for _ in left:
                began = time.perf_counter()
                chat = (await agent.ask("pick-next", {"queueId": crowd["queues"][queue]}))["chat"]
                assert chat is not None, "nothing waits any more"
                milliseconds.append((time.perf_counter() - began) * 1000)
            return milliseconds

        began = time.perf_counter()
        done = await asyncio.gather(*map(pick_some, team))
        return [one for some in done for one in some], time.perf_counter() - began


async def want_one(urls: Sequence[str], crowd: Mapping[str, Any], rounds: int) -> tuple[Figures, list[int]]:
    """In each round a customer begins a chat and all agents pick at once; return also the winners of each."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        team = await _team(stack, urls, crowd["agents"])
        queue = {"queueId": crowd["queues"]["single"]}
        milliseconds: list[float] = []
        winners, seconds = [], 0.0

        async def ask(agent: Connection) -> bool:
            began = time.perf_counter()
            chat = (await agent.ask("pick-next", queue))["chat"]
            milliseconds.append((time.perf_counter() - began) * 1000)
            return chat is not None

        for number in range(rounds):
            headers = {"Authorization": f"Bearer {crowd['guests'][number]}"}
            address = f"{urls[number % len(urls)]}/api/v1/chat/conversations"
            async with http.post(address, headers=headers, json=queue) as answer:
                answer.raise_for_status()
            began = time.perf_counter()
            winners.append(sum(await asyncio.gather(*map(ask, team))))
            seconds += time.perf_counter() - began
        return (milliseconds, seconds), winners


async def _team(stack: AsyncExitStack, urls: Sequence[str], tokens: Sequence[str]) -> list[Connection]:
    http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    team = []
    for number, token in enumerate(tokens):
        url = urls[number % len(urls)]
        team.append(await Connection.open(http, url, "/chat", token, lambda event, data: None))
        stack.push_async_callback(team[-1].close)
    return team
