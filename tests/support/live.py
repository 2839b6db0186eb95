"""Fixtures for tests that are clients of a helpdesk in processes of its own, and nothing more."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from helpdesk.paths import BASE_DIR
from tests.support.servers import RunningHelpdesk, WebServer

World = dict[str, Any]

ON_SQLITE = pytest.mark.xdist_group("live-sqlite")
ON_POSTGRESQL = pytest.mark.xdist_group("live-postgresql")
"""Tests of one group share a helpdesk, so one test process runs them."""

TROUBLE = re.compile(
    r'Traceback|"level": ?"(error|critical)"|Exception ignored|was never (awaited|retrieved)'
)


class Live:
    """A running helpdesk as its clients know it: addresses, people, and a log that should hold no trouble."""

    def __init__(self, helpdesk: RunningHelpdesk, name: str) -> None:
        self.helpdesk = helpdesk
        self.name = name
        self.url = helpdesk.url
        self._numbers = count(1)

    def worlds(self, number: int) -> list[World]:
        """Make organizations that no other test has seen."""
        names = [f"home-{next(self._numbers)}" for _ in range(number)]
        made = subprocess.run(
            [sys.executable, "-m", "tests.support.worlds", *names],
            cwd=BASE_DIR,
            env=self.helpdesk.environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        worlds: list[World] = json.loads(made.stdout)
        return worlds

    def add_web(self) -> WebServer:
        """Start one more web process of the same helpdesk."""
        return self.helpdesk.add_web()

    def log_lines(self) -> list[str]:
        """Everything its processes have said so far."""
        return [line for process in self.helpdesk.processes for line in process.log_text().splitlines()]

    def trouble(self) -> list[str]:
        """What its processes have said that nothing a client sends may make them say."""
        return [line for line in self.log_lines() if TROUBLE.search(line)]


@contextmanager
def start(name: str, database_url: str | None) -> Iterator[Live]:
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    try:
        helpdesk = RunningHelpdesk(directory, database_url)
        try:
            yield Live(helpdesk, name)
        finally:
            helpdesk.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def live_sqlite() -> Iterator[Live]:
    """A helpdesk on SQLite for all client tests of this test process."""
    with start("sqlite", None) as live:
        yield live


@pytest.fixture(scope="session")
def live_postgresql(request: pytest.FixtureRequest) -> Iterator[Live]:
    """A helpdesk on PostgreSQL for all client tests of this test process."""
    server = request.getfixturevalue("postgresql_server")
    with start("postgresql", server.create_database("helpdesk_live")) as live:
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
    return live.worlds(1)[0]


@pytest.fixture(scope="module")
def guest(world: World) -> Callable[[], dict[str, str]]:
    """Call it for a visitor who has done nothing yet."""
    guests = iter(world["guests"])
    return lambda: next(guests)


@pytest.fixture
def no_trouble(live: Live) -> Iterator[None]:
    """Nothing in the log that a client should not be able to cause."""
    before = len(live.trouble())
    yield
    assert live.trouble()[before:] == []
