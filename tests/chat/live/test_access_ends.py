"""Sockets outlive neither their person nor their token, in whichever process they are."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from helpdesk.paths import BASE_DIR
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person, Refused
from tests.support.servers import WebServer

pytestmark = [pytest.mark.processes, ON_SQLITE]

TOKEN_SECONDS = 63
"""Three seconds more than the time at which sockets are told."""
SCRIPT = Path(__file__).with_name("token_expiring.mjs")


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


@pytest.fixture(scope="module")
def short_url(live: Live) -> Iterator[str]:
    """The address of a second process, whose tokens are short."""
    environment = {**live.environment, "ACCESS_TOKEN_SECONDS": str(TOKEN_SECONDS)}
    server = WebServer(environment, live.directory / "log" / "web-short.log")
    try:
        yield server.url
    finally:
        server.stop()


async def test_a_deactivated_person_is_put_out_of_every_process_within_seconds(
    clients: Clients, live: Live, short_url: str, world: World, guest: Callable[[], Person]
) -> None:
    person, other = guest(), guest()
    sockets = [
        await clients.socket(namespace, person, url)
        for namespace in ("/", "/chat")
        for url in (live.url, short_url)
    ]
    bystanders = [await clients.chat(other), await clients.socket("/chat", other, short_url)]
    # Behind everyone's back: no process is told.
    with closing(sqlite3.connect(live.directory / "helpdesk.sqlite3", timeout=20)) as database, database:
        database.execute("UPDATE accounts_user SET is_active = 0 WHERE id = ?", [UUID(person["id"]).hex])
    async with asyncio.timeout(5):
        for socket in sockets:
            assert (await socket.next("error"))["code"] == "token_invalid"
            while socket.io.connected:  # noqa: ASYNC110 the client tells its end to nobody
                await asyncio.sleep(0.02)
    with pytest.raises(Refused) as refused:
        await clients.chat(person)
    assert refused.value.answer["data"] == {"code": "token_invalid"}
    for bystander in bystanders:
        await bystander.rest("error")
        assert bystander.disconnects == 0


async def test_the_sdk_renews_its_token_without_reconnecting(
    live: Live, short_url: str, world: World
) -> None:
    environment = {**os.environ, "HELPDESK_URL": short_url, "HELPDESK_WIDGET": world["widgetKey"]}
    node = await asyncio.create_subprocess_exec(
        *shlex.split(os.environ.get("NODE", "node")),
        str(SCRIPT),
        cwd=BASE_DIR,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(node.communicate(), 60)
    seen = json.loads(output)
    assert seen == {"renewed": True, "isAnothers": False, "disconnects": 0, "errors": []}
