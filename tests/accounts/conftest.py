"""Fixtures for tests of the accounts."""

from tests.support.people import people, transactional_db

__all__ = ["people", "transactional_db"]
