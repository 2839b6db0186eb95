"""What the tests of the REST interface share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.endpoints import good_values
from tests.support.live import World
from tests.support.live_clients import Clients, Person
from tests.support.people import people, test_database, transactional_db

__all__ = ["people", "test_database", "transactional_db"]


@pytest.fixture
async def good(clients: Clients, world: World, guest: Callable[[], Person]) -> dict[str, Any]:
    """Good values for everything, and the `customer` they are about."""
    customer = guest()
    return {**await good_values(clients, world, customer), "customer": customer}
