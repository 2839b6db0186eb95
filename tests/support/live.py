"""Fixtures for tests that are clients of a helpdesk in processes of its own, and nothing more."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from helpdesk.paths import BASE_DIR, redis_socket
from tests.support import prepared
from tests.support.live_clients import Clients, Person, clients_of
from tests.support.servers import WebServer
from tests.support.services import MIGRATED, RedisServer

World = dict[str, Any]

WORLDS_AT_ONCE = 8
"""Starting a process that makes them takes longer than making them."""

ON_SQLITE = pytest.mark.xdist_group("live-sqlite")
ON_POSTGRESQL = pytest.mark.xdist_group("live-postgresql")
"""Tests of one group share a helpdesk, so one test process runs them."""

TROUBLE = re.compile(
    r'Traceback|"level": ?"(error|critical)"|Exception ignored|was never (awaited|retrieved)'
)


class Live:
    """A running helpdesk as its clients know it: addresses, people, and a log that should hold no trouble.

    Redis and web processes only: nothing here waits for a timer.
    """

    def __init__(self, directory: Path, database_url: str | None) -> None:
        self.directory = directory
        self.redis = RedisServer(redis_socket(directory))
        if database_url is None:
            prepared.copy_sqlite(directory / "helpdesk.sqlite3")
        url = database_url or f"sqlite:///{directory}/helpdesk.sqlite3"
        self.environment = {**os.environ, "VAR_DIR": str(directory), "DATABASE_URL": url}
        self.web_servers: list[WebServer] = []
        self._numbers = count(1)
        try:
            self.url = self.add_web(prepare=True).url
            self._worlds = self._make_worlds()
        except BaseException:
            self.stop()
            raise

    def add_web(self, *, prepare: bool = False) -> WebServer:
        """Start one more web process of the same helpdesk."""
        log = self.directory / "log" / f"web-{len(self.web_servers)}.log"
        server = WebServer(self.environment, log, prepare=prepare, demo_data=prepare)
        self.web_servers.append(server)
        return server

    @cached_property
    def second(self) -> WebServer:
        """Another web process, for all tests that need two; nobody ends it."""
        return self.add_web()

    def stop(self) -> None:
        """Stop everything."""
        for server in self.web_servers:
            server.stop()
        self.redis.stop()

    def new_world(self) -> World:
        """Organizations that no other test has seen."""
        if not self._worlds:
            self._worlds = self._make_worlds()
        return self._worlds.pop()

    def _make_worlds(self) -> list[World]:
        names = [f"home-{next(self._numbers)}" for _ in range(WORLDS_AT_ONCE)]
        made = subprocess.run(
            [sys.executable, "-m", "tests.support.worlds", *names],
            cwd=BASE_DIR,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        worlds: list[World] = json.loads(made.stdout)
        return worlds

    def log_lines(self) -> list[str]:
        """Everything its processes have said so far."""
        return [line for server in self.web_servers for line in server.log_text().splitlines()]

    def trouble(self) -> list[str]:
        """What its processes have said that nothing a client sends may make them say."""
        return [line for line in self.log_lines() if TROUBLE.search(line)]


@contextmanager
def start(database_url: str | None) -> Iterator[Live]:
    """Run a helpdesk for as long as the context lasts."""
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    try:
        live = Live(directory, database_url)
        try:
            yield live
        finally:
            live.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def live_sqlite() -> Iterator[Live]:
    """A helpdesk on SQLite for all client tests of this test process."""
    with start(None) as live:
        yield live


@pytest.fixture(scope="session")
def live_postgresql(request: pytest.FixtureRequest) -> Iterator[Live]:
    """A helpdesk on PostgreSQL for all client tests of this test process."""
    server = request.getfixturevalue("postgresql_server")
    with start(server.create_database("helpdesk_live", MIGRATED)) as live:
        yield live


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=ON_SQLITE),
        pytest.param("postgresql", marks=ON_POSTGRESQL),
    ],
)
def live(request: pytest.FixtureRequest) -> Live:
    """A helpdesk on each database in turn."""
    found: Live = request.getfixturevalue(f"live_{request.param}")
    return found


@pytest.fixture(scope="module")
def world(live: Live) -> World:
    """People for the tests of one module."""
    return live.new_world()


@pytest.fixture(scope="module")
def guest(world: World) -> Callable[[], Person]:
    """Call it for a visitor who has done nothing yet."""
    guests = iter(world["guests"])
    return lambda: next(guests)


@pytest.fixture
async def clients(live: Live) -> AsyncIterator[Clients]:
    """Clients of the helpdesk, gone with the test; what they did has left no trouble in its log."""
    before = len(live.trouble())
    async with clients_of(live.url) as people:
        yield people
    assert live.trouble()[before:] == []
