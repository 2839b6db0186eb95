"""Fixtures for tests of who gets which chat."""

from tests.support.people import people, test_database, transactional_db
from tests.support.told import told

__all__ = ["people", "test_database", "told", "transactional_db"]
