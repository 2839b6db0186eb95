"""The people who knock at the desk's door."""

from tests.support.people import people

__all__ = ["people"]
