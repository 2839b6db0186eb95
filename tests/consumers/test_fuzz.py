"""Tens of thousands of packets that nobody should send: no error of ours, nothing stays, nobody else harmed.

A million of them go to a server with `python -m tests.support.fuzz_gateway`.
"""

import argparse
import asyncio
import json
import logging

import pytest
from structlog.testing import capture_logs

from tests.support.asgi_clients import AsgiWebSocket, request
from tests.support.packet_fuzzer import PacketFuzzer
from tests.support.socketio_app import Application

SEEDS = range(4)
PACKETS_PER_SEED = 12_000
PACKETS_PER_CONNECTION = 200
BODIES = 1_500
PATH = "/socket.io/"
NOT_OF_A_CONNECTION = ["Relay.", "EchoNamespace._ask", "EchoNamespace._say_after"]
OPTIONS = {
    "ping_interval": 25,
    "ping_timeout": 20,
    "connect_timeout": 45,
    "upgrade_timeout": 10,
    "max_payload": 1_000_000,
    "max_event": 65_536,
    "connections_per_address": 0,
    "strangers_per_address": 0,
    "redis_url": None,
    "recovery": False,
}


@pytest.fixture
async def application(settings):
    settings.CORS_ALLOWED_ORIGINS = ["*"]
    unhandled = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unhandled.append(context))
    tasks_before = asyncio.all_tasks()
    with capture_logs() as said:
        yield Application(argparse.Namespace(**OPTIONS))
        await until_only(tasks_before)
    assert not unhandled
    complaints = [
        line for line in said if logging.getLevelNamesMapping()[line["log_level"].upper()] > logging.INFO
    ]
    assert not complaints


async def turn():
    """Let the application take a turn."""
    await asyncio.sleep(0)


async def until_only(tasks):
    """Wait until what the connections began has come to its end."""
    async with asyncio.timeout(5):
        while left := asyncio.all_tasks() - tasks - {asyncio.current_task()}:
            for task in left:
                if any(name in repr(task) for name in NOT_OF_A_CONNECTION):
                    task.cancel()
            await turn()


class Witness:
    """Somebody who behaves, and wants its acks."""

    def __init__(self, application):
        self.websocket = AsgiWebSocket(application, PATH)
        self.websocket.send("40")
        self.questions = 0

    async def is_served(self):
        self.questions += 1
        self.websocket.send(f'42{self.questions}["answer"]')
        async with asyncio.timeout(2):
            while f'43{self.questions}[{{"ok":true}}]' not in self.websocket.received[-5:]:
                await turn()


@pytest.mark.parametrize("seed", SEEDS)
async def test_packets_by_websocket(application, seed):
    fuzzer, witness = PacketFuzzer(seed), Witness(application)
    sent = closed = 0
    while sent < PACKETS_PER_SEED:
        websocket = AsgiWebSocket(application, PATH)
        websocket.send(*fuzzer.begin())
        for _ in range(PACKETS_PER_CONNECTION):
            packets = fuzzer.some()
            websocket.send(*packets)
            sent += len(packets)
            while not (websocket.has_been_read or websocket.is_closed):
                await turn()
            if websocket.is_closed:
                closed += 1
                break
        websocket.close()
        await asyncio.wait_for(websocket.task, 5)
        check_well_formed(websocket.received)
        await witness.is_served()
    assert not witness.websocket.is_closed
    assert closed > 50, "the fuzzer must find what is malformed"
    witness.websocket.close()
    await witness.websocket.task


async def test_bodies_by_polling(application):
    fuzzer, witness = PacketFuzzer(0), Witness(application)
    statuses = []
    for _ in range(BODIES):
        status, opened = await request(application, "GET", PATH, "EIO=4&transport=polling")
        query = f"EIO=4&transport=polling&sid={json.loads(opened[1:])['sid']}"
        await request(application, "POST", PATH, query, "".join(fuzzer.begin()).encode())
        status, _ = await request(application, "POST", PATH, query, fuzzer.payload())
        statuses.append(status)
        last, _ = await request(application, "POST", PATH, query, b"1")
        assert last == status or status == 200
        assert (await request(application, "GET", PATH, query))[0] == 400, "nothing of it is left"
        if len(statuses) % 50 == 0:
            await witness.is_served()
    assert set(statuses) == {200, 400}
    witness.websocket.close()
    await witness.websocket.task


def check_well_formed(received):
    """What a client was sent, however it behaved, it can read."""
    due = 0
    for packet in received:
        if isinstance(packet, bytes) or packet.startswith("b"):
            assert due > 0
            due -= 1
        elif packet not in ("1", "2", "6"):
            assert packet[0] in "034"
            if packet[:2] in ("45", "46"):
                due = int(packet[2 : packet.index("-")])
    assert due == 0
