"""Fixtures for tests of the chat."""

import pytest

from tests.support.people import People, make_people, test_database, transactional_db
from tests.support.told import Told, told

__all__ = ["test_database", "told", "transactional_db"]


@pytest.fixture
def people(transactional_db, told: Told) -> People:
    """Everyone, in a database that other threads see, and somebody who hears what is told."""
    return make_people()
