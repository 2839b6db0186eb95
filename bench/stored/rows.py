"""Rows straight into tables, on either database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


def id_at(moment: datetime, dice: random.Random) -> UUID:
    """A UUID of version 7 as it would have been made at this time (`accounts.ids.new_id`)."""
    value = int(moment.timestamp() * 1000) << 80 | dice.getrandbits(80)
    return UUID(int=value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62)


class Table:
    """A table and those of its columns that are filled; the others must be nullable or have a default."""

    def __init__(self, name: str, columns: str) -> None:
        self._name = name
        self._columns = columns.split()

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows, whose values stand in the order of the columns."""
        columns = ", ".join(self._columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._name} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(self._columns))
                cursor.executemany(
                    f"INSERT INTO {self._name} ({columns}) VALUES ({places})",
                    [[_for_sqlite(value) for value in row] for row in rows],
                )


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def vacuum(database: BaseDatabaseWrapper) -> None:
    """Do what autovacuum does in time; SQLite has nothing of the kind and must do without."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
