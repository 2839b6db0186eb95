"""People vanish and things restart, in real processes: who is here, and whose chats wait again (SPEC §8)."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from helpdesk.paths import BASE_DIR
from tests.support.live import World
from tests.support.live_clients import Clients, Person, SocketClient, clients_of
from tests.support.servers import RunningHelpdesk, WebServer
from tests.support.silent_proxy import silent_proxy

pytestmark = pytest.mark.processes

PATIENCE_SECONDS = 60
SHORT_TIMES = {
    "SOCKETIO_PING_INTERVAL_SECONDS": "1",
    "SOCKETIO_PING_TIMEOUT_SECONDS": "1",
    "AGENT_GRACE_SECONDS": "3",
}
A_TAB = """
import { io } from "socket.io-client";
const [url, token] = process.argv.slice(1);
io(`${url}/chat`, { auth: { token }, transports: ["websocket"] }).on("connect", () => console.log("in"));
"""


@pytest.fixture(scope="module")
def helpdesk(start_helpdesk: Callable[..., RunningHelpdesk]) -> RunningHelpdesk:
    """One in which everything about being here is quick."""
    return start_helpdesk("sqlite", SHORT_TIMES)


@pytest.fixture(scope="module")
def world(helpdesk: RunningHelpdesk) -> World:
    made = subprocess.run(
        [sys.executable, "-m", "tests.support.worlds", "home"],
        cwd=BASE_DIR,
        env=helpdesk.environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    [world] = json.loads(made.stdout)
    return dict(world)


@pytest.fixture
async def clients(helpdesk: RunningHelpdesk) -> AsyncIterator[Clients]:
    async with clients_of(helpdesk.url) as people:
        yield people


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110 it is in another process
            await asyncio.sleep(0.2)


async def take(clients: Clients, guest: Person, queue_id: str, agent: SocketClient) -> str:
    """A chat that this agent has."""
    chat_id = await clients.start_conversation(guest, queue_id)
    await agent.done("takeover-chat", {"chatId": chat_id})
    return chat_id


async def a_tab(url: str, person: Person) -> asyncio.subprocess.Process:
    """Another process, in which the genuine client holds a socket."""
    command = ["node", "--input-type=module", "--eval", A_TAB, url, person["access"]]
    tab = await asyncio.create_subprocess_exec(*command, cwd=BASE_DIR, stdout=asyncio.subprocess.PIPE)
    assert tab.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await tab.stdout.readline() == b"in\n"
    return tab


async def test_whoever_vanishes_in_whatever_way_its_chat_waits_again_and_everyone_is_told_once(
    helpdesk: RunningHelpdesk, world: World, clients: Clients
) -> None:
    ana, bo, olga, sam = (world["people"][name] for name in ("ana", "bo", "olga", "sam"))
    support, sales = world["queues"]["support"], world["queues"]["sales"]
    other: WebServer = helpdesk.add_web()
    guests = iter(world["guests"])
    admin = await clients.chat(sam)
    async with silent_proxy(helpdesk.url) as line:
        tab = await a_tab(helpdesk.url, ana)
        by_hand = await clients.chat(ana)
        agents = [
            by_hand,
            await clients.socket("/chat", bo, line.url),
            await clients.socket("/chat", olga, other.url),
        ]
        queues = [support, support, sales]
        chats = [
            await take(clients, next(guests), queue, agent)
            for queue, agent in zip(queues, agents, strict=True)
        ]
        kept = await take(clients, next(guests), support, admin)
        await by_hand.io.disconnect()

        tab.kill()
        line.fall_silent()
        other.kill()

        async def all_wait() -> bool:
            found = [(await clients.rest("GET", f"conversations/{chat}", sam))[1]["data"] for chat in chats]
            return all(chat["status"] == "waiting" and not chat["assignedSupportId"] for chat in found)

        await until(all_wait)
        for person in (ana, bo, olga):
            await admin.next(
                "presence-change",
                lambda told, who=person: told["email"] == who["email"] and told["status"] == "offline",
            )
        names = ["Ana", "Bo", "Olga"]
        for chat, name in zip(chats, names, strict=True):
            said = (await clients.rest("GET", f"messages/{chat}", sam))[1]["data"]
            assert [message["content"] for message in said].count(
                f"{name} Example is away; the chat waits again"
            ) == 1
        await tab.wait()
    gone = {person["email"] for person in (ana, bo, olga)}
    assert (
        await admin.rest(
            "presence-change", lambda told: told["email"] in gone and told["status"] == "offline"
        )
        == []
    )
    assert (await clients.rest("GET", f"conversations/{kept}", sam))[1]["data"]["status"] == "open"


async def test_a_redis_that_was_restarted_empty_soon_knows_again_who_is_here_and_with_which_status(
    helpdesk: RunningHelpdesk, world: World, clients: Clients
) -> None:
    bo, sam = world["people"]["bo"], world["people"]["sam"]
    admin = await clients.chat(sam)
    await admin.done("set-status", {"status": "away"})

    async def sam_is_away() -> bool:
        team = (await clients.rest("GET", "presence", bo))[1]["data"]
        return {member["email"]: member["status"] for member in team}[sam["email"]] == "away"

    await until(sam_is_away)
    helpdesk.redis.kill()
    shutil.rmtree(helpdesk.redis.directory)
    helpdesk.redis.start()
    await until(sam_is_away)
