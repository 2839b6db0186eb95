"""What the tests of the REST interface share."""

from __future__ import annotations

from tests.support.people import people, test_database, transactional_db

__all__ = ["people", "test_database", "transactional_db"]
