"""Redis is emptied, gone, or hangs while people talk: everybody hears every word, once, without a reload."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis

from tests.support.live import ON_POSTGRESQL, Live, World
from tests.support.live_clients import Clients, Person, SocketClient, clients_of
from tests.support.services import RedisServer

pytestmark = [pytest.mark.processes, ON_POSTGRESQL]

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "4"))
COMPLETE_SECONDS = 10
ACK_SECONDS = 3
"""Who sends must not wait for Redis."""


@pytest.fixture(scope="module")
def live(live_postgresql: Live) -> Live:
    return live_postgresql


@pytest.fixture
async def clients(live: Live) -> AsyncIterator[Clients]:
    """Clients of the helpdesk, whose log may say that it misses Redis."""
    async with clients_of(live.url) as people:
        yield people


class Talker:
    """Somebody who says a word ten times a second."""

    def __init__(self, client: SocketClient, chat_id: str) -> None:
        self.client = client
        self.said: list[int] = []
        self.slowest = 0.0
        self._chat_id = chat_id
        self._task = asyncio.create_task(self._talk())
        self._is_done = False

    async def _talk(self) -> None:
        while not self._is_done:
            began = time.monotonic()
            answer = await self.client.done("chat-message", {"chatId": self._chat_id, "text": "Word"})
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.said.append(answer["seq"])
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        self._is_done = True
        await self._task

    @property
    def heard(self) -> list[int]:
        return [data["seq"] for name, data in self.client.heard if name == "chat-message"]


async def complete(talkers: list[Talker]) -> float:
    """Wait until everybody has heard what has been said so far; the seconds it took."""
    said = {seq for talker in talkers for seq in talker.said}
    began = time.monotonic()
    for talker in talkers:
        await talker.client.until(lambda: said <= set(talker.heard), COMPLETE_SECONDS)  # noqa: B023
    return time.monotonic() - began


@asynccontextmanager
async def emptied(server: RedisServer) -> AsyncIterator[None]:
    with redis.Redis.from_url(server.url) as connection:
        connection.flushall()
    yield


@asynccontextmanager
async def killed(server: RedisServer) -> AsyncIterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.spawn()
        await asyncio.to_thread(server.wait_until_it_answers)


@asynccontextmanager
async def hanging(server: RedisServer) -> AsyncIterator[None]:
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("trouble", [emptied, killed, hanging])
async def test_whatever_happens_to_redis_everybody_is_complete_within_seconds(
    trouble: Callable[[RedisServer], Any],
    clients: Clients,
    live: Live,
    other_url: str,
    world: World,
    guest: Callable[[], Person],
) -> None:
    assert live.redis.process.poll() is None, "the trouble before is over"
    ana, person = world["people"]["ana"], guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    sockets = [
        await clients.chat(person, chatId=chat_id),
        await clients.socket("/chat", ana, other_url, chatId=chat_id),
    ]
    talkers = [Talker(socket, chat_id) for socket in sockets]
    await asyncio.sleep(1)
    async with trouble(live.redis):
        await asyncio.sleep(OUTAGE_SECONDS)
        during = await complete(talkers)
    await asyncio.sleep(1)
    for talker in talkers:
        await talker.stop()
    after = await complete(talkers)

    print(f"complete {during:.1f} s into it, {after:.1f} s after it, slowest ack", end=" ")
    print(f"{max(talker.slowest for talker in talkers):.1f} s")
    first = min(talkers[0].said[0], talkers[1].said[0])
    everything = sorted(talkers[0].said + talkers[1].said)
    for talker in talkers:
        assert [seq for seq in talker.heard if seq >= first] == everything, "in order, each once"
        assert talker.client.disconnects == 0, "nobody had to come back"
        assert talker.slowest < ACK_SECONDS
