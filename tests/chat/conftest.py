"""Fixtures for tests of the chat."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts import presence
from accounts.tokens import Principal
from tests.support.people import People, make_people, test_database, transactional_db
from tests.support.told import Told, told

__all__ = ["test_database", "told", "transactional_db"]


@pytest.fixture
def people(transactional_db, told: Told) -> People:
    """Everyone, in a database that other threads see, and somebody who hears what is told."""
    return make_people()


@pytest.fixture
def here(told: Told) -> Callable[..., None]:
    """Call it for people who are online from then on."""

    def arrive(*people: Principal) -> None:
        for person in people:
            told.process.run(presence.arrive(person.user_id, uuid4().hex))

    return arrive
