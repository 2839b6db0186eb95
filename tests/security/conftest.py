"""What the tests of permissions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.people import People, empty_database, make_people, test_database
from tests.support.told import Told, close_presence

__all__ = ["test_database"]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """A process that has sockets."""
    told = Told()
    yield told
    told.process.run(close_presence())
    told.process.stop()


@pytest.fixture(scope="module")
def transactional_db(test_database, django_db_blocker) -> Iterator[None]:
    """A database in which commits are real, for all tests of a module."""
    with django_db_blocker.unblock():
        yield
        empty_database()


@pytest.fixture(scope="module")
def people(transactional_db, told: Told) -> People:
    """Everyone, for all tests of a module: they change nothing that another one looks at."""
    return make_people()
