"""The loop that heals everything else goes on, whatever happens to it."""

import pytest
from django.db import connection
from structlog.testing import capture_logs

from tests.chat.test_fanout import another_process, contents, lossy, send_from
from tests.support.chats import chat_of
from tests.support.services import wait_until
from tests.support.sockets import Client

__all__ = ["another_process", "lossy"]

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    """Check thirty times as often."""
    monkeypatch.setattr("chat.fanout.process.CHECK_SECONDS", 0.1)


def rename(table, to):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")


def test_what_is_lost_after_the_database_has_failed_is_found_too(people, lossy, told, another_process):
    chat = chat_of(people.vera, people.ana)
    ana = Client(told.process, "/", people.ana)
    ana.emit("conversation:join", {"conversationId": str(chat.id)})
    with capture_logs() as said:
        rename("chat_conversation", "mislaid")
        try:
            wait_until(lambda: [one for one in said if one["event"] == "delivery_check_failed"], "a failure")
        finally:
            rename("mislaid", "chat_conversation")
    send_from(another_process, people.vera, chat, "0")
    wait_until(lambda: contents(ana) == ["0"], "what the layer has lost")
