"""The web processes are restarted one after the other while people talk: nobody misses or doubles a word."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.balancer import balancing
from tests.support.live import ON_POSTGRESQL, Live, World
from tests.support.live_clients import Clients, Person
from tests.support.servers import WebServer

pytestmark = [pytest.mark.processes, ON_POSTGRESQL]

SCRIPT = Path(__file__).with_name("rolling_clients.mjs")
WAYS = [["websocket"], ["polling"], None]
BACK_SECONDS = 5
END_SECONDS = 10
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def live(live_postgresql: Live) -> Live:
    return live_postgresql


@pytest.fixture
def servers(live: Live) -> Iterator[list[WebServer]]:
    """Two web processes that may be ended."""
    started = [live.add_web(), live.add_web()]
    yield started
    for server in started:
        server.stop()


async def test_a_rolling_restart_loses_and_doubles_nothing_and_everybody_is_back_within_seconds(
    clients: Clients, world: World, guest: Callable[[], Person], servers: list[WebServer]
) -> None:
    ana = world["people"]["ana"]
    seats = []
    for number, (way, recovery) in enumerate((way, recovery) for way in WAYS for recovery in (True, False)):
        customer = guest()
        chat_id = await clients.start_taken_conversation(customer, ana)
        seats += [
            {
                "name": f"{who} {number}",
                "token": person["access"],
                "chatId": chat_id,
                "transports": way,
                "recovery": recovery,
            }
            for who, person in (("customer", customer), ("agent", ana))
        ]
    async with balancing([server.port for server in servers]) as balancer:
        process = await asyncio.create_subprocess_exec(
            "node",
            SCRIPT,
            env={**os.environ, "HELPDESK_URL": balancer.origin, "SEATS": json.dumps(seats)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=100_000_000,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert await process.stdout.readline() == b"ready\n"
                for server in servers:
                    await asyncio.sleep(1)
                    assert await restart(server) < END_SECONDS
                await asyncio.sleep(2)
                process.stdin.write(b"enough\n")
                saw = json.loads(await process.stdout.readline())
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    print({one["name"]: (one["absences"], one["longest"], one["recovered"], len(one["sent"])) for one in saw})
    for customer, agent in zip(saw[::2], saw[1::2], strict=True):
        check_talk(customer, agent)
    absences = [absence for one in saw for absence in one["absences"]]
    assert len(absences) >= len(saw), "nobody had to go"
    assert all(back is not None and back < BACK_SECONDS for _, back in absences), absences
    for seat, one in zip(seats, saw, strict=True):
        assert bool(one["recovered"]) is seat["recovery"]


async def restart(server: WebServer) -> float:
    """End a process and start it again; the seconds that ending took."""
    began = time.monotonic()
    server.process.terminate()
    while server.process.poll() is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    took = time.monotonic() - began
    server.spawn()
    await asyncio.to_thread(server.wait_until_it_answers)
    return took


def check_talk(*people: dict[str, Any]) -> None:
    said = {seq: text for one in people for seq, text in one["sent"]}
    for one in people:
        seqs = [seq for seq, _ in one["heard"]]
        assert seqs == list(range(seqs[0], seqs[-1] + 1)), one["name"]
        heard = {seq: text for seq, text in one["heard"] if seq >= min(said)}
        assert heard == said, "each word under the number with which it was acked, and no word twice"
