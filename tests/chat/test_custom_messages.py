"""Application data that clients pass to each other in a chat."""

import json

import pytest

from chat.actions.custom_messages import MAX_DATA_BYTES
from chat.models import Message
from tests.support.chats import chat_of
from tests.support.sockets import Client

DATA = {"cart": [{"id": 7, "count": 2}], "note": "ünï", "none": None}


@pytest.fixture
def chat(people):
    return chat_of(people.vera, people.ana)


def joined(told, person, chat):
    client = Client(told.process, "/chat", person)
    client.emit("join-chat", {"chatId": str(chat.id)})
    return client


def test_the_others_in_the_chat_get_it_and_nobody_else(people, told, chat):
    vera, vera_again, ana, sam = (
        joined(told, one, chat) for one in (people.vera, people.vera, people.ana, people.sam)
    )
    outside = Client(told.process, "/chat", people.bo)
    stored = Message.objects.count()
    sent = vera.emit("custom-message", {"chatId": str(chat.id), "data": DATA})
    assert sent == {"ok": True, "chatId": str(chat.id)}
    told.events()
    for other in (ana, sam):
        assert other.received("custom-message") == [
            {
                "chatId": str(chat.id),
                "data": DATA,
                "from": people.vera.email,
                "fromId": str(people.vera.user_id),
                "fromName": "Vera",
            }
        ]
    for nobody in (vera, vera_again, outside):
        assert nobody.received("custom-message") == []
    assert Message.objects.count() == stored


def test_too_many_bytes_and_what_is_no_json_are_refused(people, told, chat):
    vera, ana = joined(told, people.vera, chat), joined(told, people.ana, chat)
    frame = len(json.dumps({"x": ""}, separators=(",", ":")))
    fits = {"x": "é" * ((MAX_DATA_BYTES - frame) // 2)}
    chat_id = str(chat.id)
    assert vera.emit("custom-message", {"chatId": chat_id, "data": fits})["ok"]
    for data, code in (
        ({"x": fits["x"] + "é"}, "too_large"),
        ({"x": b"bytes"}, "invalid"),
        ({"x": "nul \0"}, "invalid"),
        ({"nul \0": 1}, "invalid"),
        ({"x": [{"y": "\0"}]}, "invalid"),
        (["a", "list"], "invalid"),
        ("a text", "invalid"),
        (None, "invalid"),
    ):
        assert vera.emit("custom-message", {"chatId": chat_id, "data": data})["error"]["code"] == code
    told.events()
    assert len(ana.received("custom-message")) == 1
