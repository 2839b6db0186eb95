"""What the tests of the REST interface share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.live import World
from tests.support.live_clients import Clients, Person
from tests.support.people import people, test_database, transactional_db

__all__ = ["people", "test_database", "transactional_db"]


@pytest.fixture(params=["/api/v1/chat", "/chat"])
def base(request: pytest.FixtureRequest) -> str:
    """Each of the addresses under which the interface is."""
    return str(request.param)


@pytest.fixture
async def taken_chat(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> tuple[str, Person, Person]:
    """A conversation's id, its customer and the agent who has it."""
    customer, ana = guest(), world["people"]["ana"]
    return await clients.start_taken_conversation(customer, ana), customer, ana
