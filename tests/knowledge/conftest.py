"""Fixtures for tests of the knowledge base."""

from tests.support.people import people, test_database, transactional_db

__all__ = ["people", "test_database", "transactional_db"]
