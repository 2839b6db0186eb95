"""Fixtures for tests of the REST API."""

from tests.support.people import people, test_database, transactional_db

__all__ = ["people", "test_database", "transactional_db"]
