"""Fixtures for tests of the queues."""

from tests.support.people import people, transactional_db

__all__ = ["people", "transactional_db"]
