"""Fixtures for tests in a browser."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import RunningHelpdesk


@pytest.fixture(scope="package")
def helpdesk() -> Iterator[RunningHelpdesk]:
    """One helpdesk for all tests in a browser; what the database matters for is tested without browsers.

    It stops with the last of them, because its timers take a twentieth of a processor.
    """
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    try:
        # Slow enough to be interrupted.
        running = RunningHelpdesk(directory, None, {"ASSISTANT_WORDS_PER_SECOND": "12"})
        let_agents_take_any_number(directory / "helpdesk.sqlite3")
        yield running
        running.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def let_agents_take_any_number(database: Path) -> None:
    """Take away the demo's capacity: tests leave chats open to those after them."""
    with sqlite3.connect(database, timeout=20) as connection:
        assert connection.execute("UPDATE queueing_agent SET capacity = NULL").rowcount == 2
    connection.close()
