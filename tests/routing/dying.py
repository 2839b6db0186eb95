"""Processes that are killed in the middle of an action, as by a power cut (`kill -9`)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connection, connections


def dies_after(write: int, action: Callable[[], object]) -> bool:
    """Do `action` in a process that is killed when the database has done its n-th statement that writes.

    Between two of them there is nothing that a death could leave in another state. Returns True when it died,
    and False when the action came to its end before. Raises `RuntimeError` for an action that failed.
    """
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # a child must not speak through its parent's connections
    child = os.fork()
    if child == 0:
        _act(write, action)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status != 0:
        raise RuntimeError(f"The action failed instead of being killed: {status}")
    return False


def _act(write: int, action: Callable[[], object]) -> None:
    """In the child: nothing of the test's own is run at its end."""
    left = write

    def count(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        nonlocal left
        result = execute(sql, *arguments)
        left -= not sql.startswith("SELECT")
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    code = 1
    try:
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(count))
            action()
        code = 0
    finally:
        os._exit(code)
