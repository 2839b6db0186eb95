"""Fixtures for tests of media."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from accounts.tokens import Principal
from tests.support.people import People, test_database, transactional_db
from tests.support.told import told
from tests.support.uploads import Uploader

__all__ = ["test_database", "told", "transactional_db"]


@pytest.fixture
def people(transactional_db, told) -> People:
    """Everyone, in a database that other threads see, and somebody who hears what is told."""
    from tests.support.people import make_people

    return make_people()


@pytest.fixture
def kept(tmp_path: Path):
    """The directory in which this test's files are kept; empty at first."""
    options = {**settings.STORAGES["media"]["OPTIONS"], "location": tmp_path / "media"}
    changed = {**settings.STORAGES, "media": {**settings.STORAGES["media"], "OPTIONS": options}}
    with override_settings(STORAGES=changed, UPLOADS_PER_MINUTE=0):
        yield tmp_path / "media"


@pytest.fixture
def uploader(people: People, kept: Path) -> Callable[[Principal], Uploader]:
    """Call it for a program that uploads with somebody's token."""
    return lambda principal: Uploader(people, principal)


@pytest.fixture
def vera(people: People, uploader: Callable[[Principal], Uploader]) -> Uploader:
    """A visitor's program."""
    return uploader(people.vera)
