"""Fixtures for tests in a browser."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import RunningHelpdesk


@pytest.fixture(scope="session")
def helpdesk() -> Iterator[RunningHelpdesk]:
    """One helpdesk for all tests in a browser; what the database matters for is tested without browsers."""
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    try:
        running = RunningHelpdesk(directory, None)
        yield running
        running.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
