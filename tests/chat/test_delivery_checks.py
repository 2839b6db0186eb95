"""What delivers and heals goes on, whatever happens to the services behind it."""

import pytest
from django.db import connection
from structlog.testing import capture_logs

from chat.fanout.process import ProcessFanout
from tests.chat.test_fanout import another_process, contents, lossy, send_from, typing
from tests.support.chats import chat_of
from tests.support.loops import LoopThread
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


@pytest.fixture
def late_process():
    """The event loop of one more process, which hears nobody yet."""
    process = LoopThread()
    yield process
    process.stop()


def test_a_process_that_began_without_redis_hears_the_others_when_there_is_one(
    people, told, late_process, redis_server
):
    heard = []
    chat = chat_of(people.vera, people.ana)
    redis_server.kill()
    try:
        with capture_logs() as said:
            late = late_process.call(ProcessFanout, late_process.loop)
            late_process.call(late.hub.listen, "everything", heard.append)
            late_process.call(late.listen)
            wait_until(
                lambda: [one for one in said if one["event"] == "channel_layer_receive_failed"], "a failure"
            )
    finally:
        redis_server.start()

    def is_heard():
        told.fanout.publish(typing(chat, people.vera))
        return heard

    wait_until(is_heard, "the other process")
