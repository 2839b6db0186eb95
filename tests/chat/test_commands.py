"""What clients may ask for: the shapes, and what is wrong with others (SPEC §5.1, §5.2)."""

import pytest

from chat.errors import InvalidInput
from chat.gateway import commands


def test_fields_are_named_in_camel_case_and_unknown_ones_are_ignored():
    sent = commands.parse(
        commands.SendToConversation,
        [{"conversationId": "c", "messageType": "text", "content": "a", "clientMessageId": "1", "more": [1]}],
    )
    assert sent == commands.SendToConversation("c", "text", "a", client_message_id="1")


def test_optional_fields_may_be_left_out_and_the_whole_argument_where_all_are_optional():
    assert commands.parse(commands.JoinChat, []) == commands.JoinChat(None, None, None)
    assert commands.parse(commands.JoinChat, [{}]) == commands.JoinChat(None, None, None)
    assert commands.parse(commands.JoinChat, [{"chatId": None}]) == commands.JoinChat(None, None, None)
    assert commands.parse(commands.PickNext, []) == commands.PickNext(None)
    assert commands.parse(commands.CloseChat, [{"chatId": "c"}]).reason == ""


def test_arguments_after_the_first_are_ignored():
    assert commands.parse(commands.InChat, [{"chatId": "c"}, "more"]).chat_id == "c"


@pytest.mark.parametrize(
    ("command", "argument", "field"),
    [
        (commands.InChat, {}, "chatId"),
        (commands.InChat, {"chatId": None}, "chatId"),
        (commands.InChat, {"chatId": 7}, "chatId"),
        (commands.InChat, {"chatId": ""}, "chatId"),
        (commands.InChat, {"chatId": "x" * 65}, "chatId"),
        (commands.InChat, {"chatId": {"$ne": 1}}, "chatId"),
        (commands.InChat, {"chatId": ["c"]}, "chatId"),
        (commands.InChat, {"chat_id": "c"}, "chatId"),
        (commands.JoinChat, {"lastSeq": -1}, "lastSeq"),
        (commands.JoinChat, {"lastSeq": 1.5}, "lastSeq"),
        (commands.JoinChat, {"lastSeq": "1"}, "lastSeq"),
        (commands.JoinChat, {"lastSeq": True}, "lastSeq"),
        (commands.SendToChat, {"chatId": "c", "text": 7}, "text"),
        (commands.SendToChat, {"chatId": "c", "text": ["a"]}, "text"),
        (commands.SendToChat, {"chatId": "c", "text": "a", "clientMessageId": 7}, "clientMessageId"),
        (commands.SendToConversation, {"conversationId": "c", "content": "a"}, "messageType"),
        (commands.ReadMessage, {"conversationId": "c"}, "messageId"),
        (commands.SetStatus, {"status": None}, "status"),
        (commands.CloseChat, {"chatId": "c", "reason": 1}, "reason"),
    ],
)
def test_what_has_another_shape_is_refused_naming_the_field(command, argument, field):
    with pytest.raises(InvalidInput, match=field):
        commands.parse(command, [argument])


@pytest.mark.parametrize("argument", [None, 7, "text", True, ["a"], 1.5])
def test_what_is_no_object_is_refused(argument):
    with pytest.raises(InvalidInput, match="one object"):
        commands.parse(commands.InChat, [argument])
