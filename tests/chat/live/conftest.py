"""Fixtures for tests that are clients of a running helpdesk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.chat.live.events import good_data
from tests.support.live import Live, World
from tests.support.live_clients import Clients, Person
from tests.support.servers import WebServer


@pytest.fixture(scope="module")
def other(live: Live) -> WebServer:
    """A second web process."""
    return live.second


@pytest.fixture(scope="module")
def other_url(other: WebServer) -> str:
    """The address of the second web process."""
    return other.url


@pytest.fixture
async def good(clients: Clients, world: World, guest: Callable[[], Person]) -> dict[str, Any]:
    """Data that every event takes, about a conversation of the test's own which Ana has."""
    return await good_data(clients, world, guest())
