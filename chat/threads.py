"""The one place where async code crosses over to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")

DATABASE_THREADS = 8
"""How many reads and actions of sockets are under way at once in a process."""

_executor = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database")


async def in_database_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that uses the database, and wait for what it returns or raises."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_executor, partial(_call, partial(function, *args, **kwargs)))


def _call(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        # PostgreSQL's go back to the pool, which checks them; SQLite's have nothing to go stale.
        if connection.vendor != "sqlite":
            connection.close()
