"""Conversations of clients that move from process to process: when upgraded, and when they come back."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.balancer import balancing
from tests.support.live import ON_POSTGRESQL, Live, World
from tests.support.live_clients import Clients, Person, SocketClient
from tests.support.servers import WebServer

pytestmark = [pytest.mark.processes, ON_POSTGRESQL]

HERE = Path(__file__).parent
ROUNDS = 4
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def live(live_postgresql: Live) -> Live:
    return live_postgresql


def to_the_other_when_upgraded(head: str) -> int | None:
    if "sid=" not in head:
        return 0
    return 1 if "upgrade: websocket" in head.lower() else None


async def test_no_message_is_missed_or_doubled_when_a_connection_moves(
    clients: Clients, live: Live, other: WebServer, world: World, guest: Callable[[], Person]
) -> None:
    ana, person = world["people"]["ana"], guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    agent = await clients.socket("/chat", ana, other.url, chatId=chat_id)
    talking = asyncio.create_task(talk(agent, chat_id))
    ports = [live.web_servers[0].port, other.port]
    async with balancing(ports, to_the_other_when_upgraded) as balancer:
        rounds = await run_client("moving_client.mjs", balancer.origin, TOKEN=person["access"], CHAT=chat_id)
    talking.cancel()

    for heard in rounds:
        assert heard["transport"] == "websocket"
        assert heard["sameIds"]
        for seqs in heard["heard"].values():
            assert seqs == list(range(seqs[0], seqs[-1] + 1))
            assert set(heard["sent"]) <= set(seqs), "its own messages among them"
        assert heard["sent"] == sorted(heard["sent"]), "stored in the order in which they were sent"
        assert heard["left"] == {"ok": True, "conversationId": chat_id}
    seen = [await agent.next("chat-message") for _ in range(rounds[-1]["heard"]["chat"][-1] - 2)]
    mine = [message["text"] for message in seen if message["text"].startswith("mine")]
    assert mine == [f"mine {number}.{index}" for number in range(ROUNDS) for index in range(10)]
    flaps = [
        data
        for name, data in agent.heard
        if name == "presence-change" and data["email"] == person["email"] and data["status"] == "offline"
    ]
    assert flaps == [], "a customer whose connection moves does not go"


async def test_a_client_that_comes_back_by_itself_is_told_all_that_it_missed(
    clients: Clients, live: Live, other: WebServer, world: World, guest: Callable[[], Person]
) -> None:
    ana, person, stranger = world["people"]["ana"], guest(), guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    agent = await clients.socket("/chat", ana, other.url, chatId=chat_id)
    talking = asyncio.create_task(talk(agent, chat_id))
    async with balancing([live.web_servers[0].port, other.port]) as balancer:
        saw = await run_client(
            "recovering_client.mjs",
            balancer.origin,
            TOKEN=person["access"],
            CHAT=chat_id,
            STRANGERS_TOKEN=stranger["access"],
        )
    talking.cancel()

    assert {process for process, _ in balancer.requests} == {0, 1}
    assert saw["session"] == {"recoverySeconds": 120}
    assert saw["recovered"] == [True] * ROUNDS
    assert saw["ids"] == 1
    assert saw["strings"]
    assert saw["heard"] == list(range(saw["heard"][0], saw["heard"][-1] + 1))
    assert saw["stranger"] == {"sameId": False, "recovered": False, "told": ["session"]}


async def talk(agent: SocketClient, chat_id: str) -> None:
    number = 0
    while True:
        await agent.done("chat-message", {"chatId": chat_id, "text": f"said {number}"})
        number += 1


async def run_client(script: str, url: str, **environment: str) -> Any:
    """Run a genuine client; returns what it prints."""
    process = await asyncio.create_subprocess_exec(
        "node",
        HERE / script,
        env={**os.environ, "HELPDESK_URL": url, "ROUNDS": str(ROUNDS), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    return json.loads(output)
