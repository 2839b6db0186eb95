"""People talk, by themselves and beside answers that are streamed, in turn."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import psutil  # type: ignore[import-untyped]

from bench.assistant.listeners import Listener
from bench.assistant.report import ALONE, Report, Streams, Talk
from bench.assistant.scene import TOPIC
from bench.assistant.talk import Pair, talk
from bench.replay.report import percentile
from bench.replay.servers import Servers

SPARE_SECONDS = 2.5
"""An answer goes on for so long after people have talked, so that all of them are streamed till then."""
WORDS_PER_SECOND = 30
WAIT_SECONDS = 60
ENDED_EARLY = "it ended while people talked"
MODEL_WORKER = "chat.assistant.model_worker"
KINDS = {"model": "a language model", "embedded": "the embedded assistant"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    pairs: int
    chats: int
    seconds: float
    rounds: int

    @property
    def begin_seconds(self) -> float:
        """Over so long the chats ask, one after the other."""
        return self.seconds / 10

    @property
    def answer_seconds(self) -> float:
        """How long an answer goes on."""
        return self.seconds + self.begin_seconds + SPARE_SECONDS


class Measurement:
    """Measures on the first web process of `servers`, in a scene of `bench.assistant.scene`."""

    def __init__(
        self, servers: Servers, scene: Mapping[str, Any], size: Size, model_pid: int | None, report: Report
    ) -> None:
        """`model_pid` is the process of the language model, if it has one of its own."""
        self._servers = servers
        self._scene = scene
        self._size = size
        self._model_pid = model_pid
        self._report = report

    async def run(self) -> None:
        """Measure everything into the report. Raises `Refused`, and `TimeoutError` for what does not come."""
        load_before = os.getloadavg()[0]
        async with AsyncExitStack() as stack:
            connector = aiohttp.TCPConnector(limit=0)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            tokens = zip(self._scene["people"], self._scene["agents"], strict=True)
            queue = self._scene["queues"]["people"]
            pairs = [await Pair.meet(stack, http, self._url, pair, queue) for pair in tokens]
            await talk(pairs, min(2.0, self._size.seconds), "Hello")  # what is done only once is done then
            for number in range(1, self._size.rounds + 1):
                await self._talk(pairs, ALONE, number)
                for kind, name in KINDS.items():
                    await self._beside(http, pairs, kind, name, number)
        self._report.load_average = load_before, os.getloadavg()[0]

    @property
    def _url(self) -> str:
        return self._servers.urls[0]

    async def _talk(self, pairs: Sequence[Pair], beside: str, number: int) -> None:
        _say(f"People talk, round {number}: {beside} …")
        before, began = self._cpu_seconds(), time.perf_counter()
        times = await talk(pairs, self._size.seconds, f"{beside} {number}")
        seconds = time.perf_counter() - began
        cpu = {name: (used - before.get(name, 0.0)) / seconds for name, used in self._cpu_seconds().items()}
        self._report.talks.append(Talk.of(beside, number, times.acknowledged, times.delivered, cpu))

    async def _beside(
        self, http: aiohttp.ClientSession, pairs: Sequence[Pair], kind: str, name: str, number: int
    ) -> None:
        chats = self._size.chats
        tokens = self._scene[kind][(number - 1) * chats : number * chats]
        async with self._listeners(http, tokens, self._scene["queues"][kind]) as listeners:
            await self._ask_all(listeners, self._question(kind))
            since = time.time()
            await self._talk(pairs, name, number)
            until = time.time()
            async with asyncio.timeout(WAIT_SECONDS):
                await asyncio.gather(*(one.has_ended.wait() for one in listeners))
        self._report.streams.append(_summed_up(name, number, listeners, since, until))
        for one in listeners:
            problem = one.problem()
            if not problem and one.came[-1][1] < until:
                problem = ENDED_EARLY
            if problem:
                self._report.problems.append(f"{name}, round {number}: {problem}")

    def _question(self, kind: str) -> str:
        if kind == "embedded":
            return f"What about {TOPIC}?"
        words = round(self._size.answer_seconds * WORDS_PER_SECOND)
        return f"{{server: clock {words} {1 / WORDS_PER_SECOND:.4f}}} What is new?"

    @asynccontextmanager
    async def _listeners(
        self, http: aiohttp.ClientSession, tokens: Sequence[str], queue_id: str
    ) -> AsyncIterator[list[Listener]]:
        listeners = [Listener() for _ in tokens]
        try:
            for one, token in zip(listeners, tokens, strict=True):
                await one.arrive(http, self._url, token, queue_id)
            yield listeners
        finally:
            for one in listeners:
                await one.hang_up()

    async def _ask_all(self, listeners: Sequence[Listener], question: str) -> None:
        async def ask(number: int, listener: Listener) -> None:
            await asyncio.sleep(self._size.begin_seconds * number / len(listeners))
            await listener.ask(question)
            await listener.has_heard.wait()

        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*(ask(number, one) for number, one in enumerate(listeners)))

    def _cpu_seconds(self) -> dict[str, float]:
        used = self._servers.cpu_seconds()
        web = psutil.Process(self._servers.web[0].pid)
        for child in web.children(recursive=True):
            if MODEL_WORKER in child.cmdline():
                used["model process"] = _seconds_of(child)
        used.setdefault("model process", 0.0)
        if self._model_pid is not None:
            used["the model itself"] = _seconds_of(psutil.Process(self._model_pid))
        return {**used, "players": time.process_time()}


def _seconds_of(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _summed_up(kind: str, number: int, listeners: Sequence[Listener], since: float, until: float) -> Streams:
    delays = [delay * 1000 for one in listeners for delay in one.delays(since, until)]
    firsts = [delay * 1000 for one in listeners for delay in one.first_delay()]
    chunks = sum(one.chunks(since, until) for one in listeners)
    return Streams(
        kind=kind,
        round=number,
        answers=len(listeners),
        words=len(delays),
        first_p50_ms=percentile(firsts, 50),
        first_p99_ms=percentile(firsts, 99),
        delay_p50_ms=percentile(delays, 50),
        delay_p99_ms=percentile(delays, 99),
        chunks_a_second=chunks / len(listeners) / (until - since),
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
