"""Many callers at once, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")

PATIENCE_SECONDS = 30


def together(calls: Iterable[Callable[[], T]]) -> list[T | Exception]:
    """Run all calls at the same moment; return for each, in their order, what it returned or raised."""
    waiting = list(calls)
    start = threading.Barrier(len(waiting), timeout=PATIENCE_SECONDS)

    def run(call: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(run, waiting, timeout=2 * PATIENCE_SECONDS))
