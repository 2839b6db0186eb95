"""Django's SQLite, with transactions that wait for each other in a line."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_in_this_process: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

# A child has no part in what its parent's other threads are writing.
os.register_at_fork(after_in_child=_in_this_process.clear)


class DatabaseWrapper(base.DatabaseWrapper):
    """One transaction at a time, in all processes of this machine.

    SQLite lets one transaction write and the others look again after a pause that grows, so that of many some
    came too late for seconds (https://sqlite.org/c3ref/busy_timeout.html). Here they wait for a lock, which
    wakes the next one at once: one thread of each process for a file beside the database, its others for it.
    """

    _turn: AbstractContextManager[None] | None = None

    def _start_transaction_under_autocommit(self) -> None:
        turn = _turn_to_write(
            str(self.settings_dict["NAME"]), self.settings_dict["OPTIONS"].get("timeout", 5)
        )
        turn.__enter__()
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> Any:
        result = super()._commit()  # type: ignore[misc]
        # Not when it fails: the transaction goes on until it is rolled back or its connection is closed.
        self._end_turn()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.__exit__(None, None, None)


@contextmanager
def _turn_to_write(database: str, timeout: float) -> Iterator[None]:
    deadline = time.monotonic() + timeout
    lock = _in_this_process[database]
    if not lock.acquire(timeout=timeout):
        raise OperationalError("database is locked")
    try:
        # Whoever closes the file, if only by dying, gives the lock back (flock(2)).
        with Path(f"{database}-turn").open("a") as file:
            _lock(file, deadline - time.monotonic())
            yield
    finally:
        lock.release()


def _lock(file: IO[str], timeout: float) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    except BlockingIOError:
        pass  # another process writes
    locked = threading.Event()

    def wait() -> None:
        fcntl.flock(file, fcntl.LOCK_EX)
        locked.set()

    # flock(2) knows no time limit, so a thread waits. If it gets the lock too late, the file has been closed.
    threading.Thread(target=wait, daemon=True).start()
    if not locked.wait(timeout):
        raise OperationalError("database is locked")
