"""A database that makes its clients wait and then fails them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from chat.models import Conversation
from tests.support.together import PATIENCE_SECONDS

CUT_WHO_WAITS_FOR_ME = """
SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT pid FROM pg_locks WHERE NOT granted) AS waiting
WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""


@contextmanager
def locked(conversation: Conversation) -> Iterator[None]:
    """Hold a conversation's row (on SQLite the whole database) meanwhile."""
    with transaction.atomic():
        Conversation.objects.select_for_update().get(id=conversation.id)
        yield


def fail_who_waits(times: int) -> None:
    """Break the connection of who waits for this thread's lock, so many times.

    SQLite has no such connections: there, those made after `be_impatient` give up by themselves.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.vendor == "postgresql" and times > 0:
        assert time.monotonic() < deadline, "nobody came to wait"
        with connection.cursor() as cursor:
            cursor.execute(CUT_WHO_WAITS_FOR_ME)
            times -= len(cursor.fetchall())
        time.sleep(0.02)


def be_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite's connections that are made from now on wait 0.2 instead of 20 seconds for a lock."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections["default"].settings_dict["OPTIONS"], "timeout", 0.2)
