"""One server does one work, and what that took."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.gateway.stage import Stage, Target
from bench.gateway.works import ANSWERS_SECONDS, SETTLING_SECONDS, Tally, Work
from bench.replay.report import percentile


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured; processor times in seconds: of the server, of Valkey and PostgreSQL, of clients."""

    work: Work
    server: str
    database: str
    seconds: float
    done: float
    cpu: float
    services_cpu: float
    clients_cpu: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0


async def measure(work: Work, target: Target, stage: Stage, warm_up: float, seconds: float) -> Sample:
    """Let clients do a work at a server for so many seconds. Raises `Refused`, and TimeoutError."""
    tally, memory_before = Tally(), target.memory()
    doing, clients = await work.prepare(tally, target, stage.chats)
    try:
        if work.is_memory:
            await asyncio.sleep(SETTLING_SECONDS)
            each = (target.memory() - memory_before) / len(clients) / 1_000
            return Sample(work, target.name, stage.database, 0, each, 0, 0, 0)
        for one in doing:
            one.go()
        await asyncio.sleep(warm_up)
        tally.begin()
        before, began = _used(target, stage), time.perf_counter()
        await asyncio.sleep(seconds)
        took, after, done = time.perf_counter() - began, _used(target, stage), tally.done
        milliseconds = [latency * 1_000 for latency in tally.latencies]
        tally.goes_on = False
        await _until_idle(tally, len(doing), f"{target.name}, {work.about}")
    finally:
        for client in clients:
            client.close()
    if tally.problems:
        raise RuntimeError(f"{target.name}, {work.about}: {tally.problems[0]}")
    cpu, services_cpu, clients_cpu = (late - early for late, early in zip(after, before, strict=True))
    return Sample(
        work,
        target.name,
        stage.database,
        took,
        done,
        cpu,
        services_cpu,
        clients_cpu,
        percentile(milliseconds, 50),
        percentile(milliseconds, 99),
    )


def _used(target: Target, stage: Stage) -> tuple[float, float, float]:
    return target.cpu_seconds(), stage.services_cpu_seconds(), time.process_time()


async def _until_idle(tally: Tally, count: int, what: str) -> None:
    end = time.monotonic() + ANSWERS_SECONDS
    while tally.idle < count:
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: answers are missing at {count - tally.idle} of {count}")
        await asyncio.sleep(0.01)
