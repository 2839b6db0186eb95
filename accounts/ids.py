"""Identifiers of rows: UUIDs that sort by the time they were made."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """Make a version 7 UUID (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits.

    The program knows the id before the row is written, indexes grow at their end, and an id
    says nothing about how many rows another organization has.
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
