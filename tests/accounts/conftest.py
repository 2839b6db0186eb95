"""Fixtures for tests of the accounts."""

from tests.support.people import people

__all__ = ["people"]
