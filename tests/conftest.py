"""Fixtures for all tests: real services, a whole helpdesk, a browser."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from django.db import connection
from playwright.async_api import Browser

from helpdesk.paths import VAR_DIR, redis_socket
from tests.support import prepared
from tests.support.browser import launch_browser
from tests.support.servers import RunningHelpdesk
from tests.support.services import MIGRATED, PostgreSQLServer, RedisServer

pytest_plugins = ["tests.support.live"]

StartHelpdesk = Callable[..., RunningHelpdesk]


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> Iterator[RedisServer]:
    """The Redis server that this test process's Django settings name."""
    server = RedisServer(redis_socket(VAR_DIR))
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> None:
    """Hash passwords at no cost; Django's own hashing takes a quarter of a second each, by design."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_when_asked_for() -> None:
    """Each of Django's test clients would read all of them first, as a web process does once."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether the test database is there already: on SQLite, where it is a copied file."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin with a copy of a migrated database."""
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        prepared.copy_sqlite(Path(test["NAME"]))
    elif template := os.environ.get("TEMPLATE_DATABASE"):
        test["TEMPLATE"] = template


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL cluster for whoever needs one."""
    server = PostgreSQLServer()
    yield server
    server.stop()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each of the databases that the helpdesk runs on, in turn."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def start_helpdesk(request: pytest.FixtureRequest) -> Iterator[StartHelpdesk]:
    """Start helpdesks, `start_helpdesk("sqlite", {"SETTING": "value"})`; they stop at the module's end."""
    with ExitStack() as stack:

        def start(database: str = "sqlite", environment: Mapping[str, str] | None = None) -> RunningHelpdesk:
            directory = Path(tempfile.mkdtemp(prefix="hd-"))
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            url = None
            if database == "postgresql":
                server: PostgreSQLServer = request.getfixturevalue("postgresql_server")
                url = server.create_database(f"helpdesk_{uuid4().hex[:12]}", MIGRATED)
            helpdesk = RunningHelpdesk(directory, url, environment)
            stack.callback(helpdesk.stop)
            return helpdesk

        yield start


@pytest.fixture(scope="module")
def helpdesk(start_helpdesk: StartHelpdesk, database_kind: str) -> RunningHelpdesk:
    """A running helpdesk with the demo data, on each database; a module's tests share it."""
    return start_helpdesk(database_kind)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The Chromium that all tests in a browser share; it takes longer to start than many of them."""
    async with launch_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """A Chromium without anybody in it; `await browser.new_context()` is one more person.

    The tests that use it run on the event loop on which it was started: `IN_BROWSER`.
    """
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups, or it ignores them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run everything on SQLite, and on PostgreSQL what says that the database matters."""
    if os.environ.get("DATABASE_URL"):
        return
    in_browser = sorted({item.path for item in items if item.path.parent.name == "browser"})
    for item in items:
        if item.path in in_browser:
            # Two test processes share these tests, each with one helpdesk and one Chromium for its files.
            half = in_browser.index(item.path) * 2 // len(in_browser)
            item.add_marker(pytest.mark.xdist_group(f"browser-{half}"))
        elif item.get_closest_marker("browser") or "helpdesk" in getattr(item, "fixturenames", ()):
            # Those of a file that start a helpdesk share it: one test process runs them all.
            kind = item.callspec.params.get("database_kind", "") if hasattr(item, "callspec") else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path}-{kind}"))
