"""Many rows as one parameter, so that one statement reads or writes them all.

A statement for each row costs a turn at the interpreter's lock on SQLite and a parse on PostgreSQL, and each
of SQLite's writes out the words of its own row for the search.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection


def given_rows(columns: Mapping[str, str]) -> str:
    """What stands in `FROM` for the rows of a parameter: a JSON array of objects, under the name `given`.

    `columns` are names of the objects' members and their types in PostgreSQL's words.
    """
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"json_to_recordset(%s::json) AS given ({typed})"
    named = ", ".join(f"{_member(name, kind)} AS {name}" for name, kind in columns.items())
    return f"(SELECT {named} FROM json_each(%s)) AS given"  # noqa: S608 the names are ours


def _member(name: str, kind: str) -> str:
    member = f"json_extract(value, '$.{name}')"
    return f"replace({member}, '-', '')" if kind == "uuid" else member  # as Django writes them on SQLite
