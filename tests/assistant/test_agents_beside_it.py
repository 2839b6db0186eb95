"""What agents do beside the assistant, over sockets: watch it, give chats back, have replies suggested."""

from typing import Any

import pytest

from accounts.tokens import Principal
from chat.actions import routing
from tests.assistant.test_answers import wait_for
from tests.security.asking import connect
from tests.support.assistants import assistant_of
from tests.support.assisted import text_of
from tests.support.chats import say, start, texts
from tests.support.sockets import Client

pytestmark = pytest.mark.database


def stream(socket: Client, stream_id: str | None = None) -> list[dict[str, Any]]:
    """What a socket has heard of answers, or of one."""
    heard = socket.received("chat-stream")
    return heard if stream_id is None else [data for data in heard if data["streamId"] == stream_id]


def end(socket: Client, stream_id: str | None = None) -> dict[str, Any]:
    """The last event of the answer, once it has come."""

    def ends() -> list[dict[str, Any]]:
        return [data for data in stream(socket, stream_id) if data["event"] == "end"]

    wait_for(ends, "the end of the answer")
    [ended] = ends()
    assert stream(socket, ended["streamId"])[-1] == ended, "something came after the end"
    return ended


@pytest.fixture
def assisted(people):
    """Vera's chat, which the assistant has."""
    assistant_of(people)
    return start(people.vera)


@pytest.fixture
def taken(people, assisted):
    """Ana has taken it from the assistant, and Vera has asked something."""
    routing.take_over(people.ana, str(assisted.id))
    say(people.vera, assisted, "Where is my parcel?")
    return assisted


def test_an_agent_who_comes_to_watch_sees_the_answer_from_its_beginning_and_live(
    people, told, asks, assisted
) -> None:
    asks("words 40 0.02")
    chat = {"chatId": str(assisted.id)}
    with connect(told, "/chat", people.vera) as customer, connect(told, "/chat", people.olga) as agent:
        customer.emit("join-chat", chat)
        customer.emit("chat-message", {**chat, "text": "Where is my parcel?"})
        wait_for(lambda: len(stream(customer)) > 2, "the first words")
        shown = agent.emit("watch-chat", chat)["chat"]
        assert (shown["handler"], shown["agent"], shown["assistant"]["name"]) == ("assistant", None, "Ada")
        ended = end(agent)
        first, *_ = stream(agent)
        assert (first["event"], first["offset"]) == ("chunk", 0)
        assert text_of(stream(agent)).strip() == text_of(stream(customer)).strip() == texts(assisted)[-1]
        wait_for(lambda: agent.received("chat-message"), "the whole answer")
        [said] = agent.received("chat-message")
        assert (said["id"], said["fromAgent"], said["fromAssistant"]) == (ended["messageId"], True, True)
        assert (said["fromId"], said["fromName"]) == (shown["assistant"]["_id"], "Ada")


def test_who_may_not_watch_hears_nothing_of_it(people, told, asks, assisted) -> None:
    asks("words 5 0")
    chat = {"chatId": str(assisted.id)}
    refused = {"walt": "forbidden", "vera": "forbidden", "olaf": "forbidden", "oskar": "not_found"}
    with connect(told, "/chat", people.vera) as customer, connect(told, "/chat", people.bo) as agent:
        customer.emit("join-chat", chat)
        sockets = {name: Client(told.process, "/chat", getattr(people, name)) for name in refused}
        found = {name: socket.emit("watch-chat", chat)["error"]["code"] for name, socket in sockets.items()}
        assert found == refused
        customer.emit("chat-message", {**chat, "text": "Where is my parcel?"})
        end(customer)
        assert not stream(agent), "who serves the queue but does not watch is not told either"
        for name, socket in sockets.items():
            assert not socket.received("chat-stream"), name
            socket.leave()


def test_a_chat_that_is_given_back_over_a_socket_is_answered_while_the_agent_watches(
    people, told, asks, taken
) -> None:
    asks("say It comes tomorrow.")
    chat = {"chatId": str(taken.id)}
    with connect(told, "/chat", people.vera) as customer, connect(told, "/chat", people.ana) as agent:
        for socket in (customer, agent):
            socket.emit("join-chat", chat)
        given = agent.emit("resume-ai", chat)["chat"]
        assert (given["status"], given["handler"], given["agent"]) == ("open", "assistant", None)
        for socket in (customer, agent):
            assert end(socket)["reason"] == "complete"
            [handed] = socket.received("chat-transferred")
            assert (handed["toQueue"], handed["toAgent"], handed["assistant"]["name"]) == (None, None, "Ada")
        assert texts(taken)[-1] == "It comes tomorrow."
        assert agent.emit("chat-message", {**chat, "text": "Me, too"})["error"]["code"] == "not_assigned"


def test_a_suggestion_is_heard_by_the_socket_that_asked_and_said_to_nobody(people, told, asks, taken) -> None:
    asks("words 20 0.01")
    chat, before = {"chatId": str(taken.id)}, texts(taken)
    others: list[Principal] = [people.vera, people.ana, people.bo]
    with connect(told, "/chat", people.ana) as agent:
        watching = [Client(told.process, "/chat", one) for one in others]
        for socket in watching:
            assert socket.emit("join-chat", chat)["ok"]
        asked = agent.emit("suggest-reply", chat)
        ended = end(agent)
        heard = stream(agent)
        assert {(data["chatId"], data["streamId"], data["suggestion"]) for data in heard} == {
            (asked["chatId"], asked["streamId"], True)
        }
        assert (ended["reason"], ended["messageId"]) == ("complete", None)
        assert text_of(heard).startswith("word0 word1 ")
        for socket in watching:
            assert not stream(socket)
            socket.leave()
    assert texts(taken) == before


def test_two_agents_are_each_suggested_a_reply_and_who_asks_anew_ends_the_last(
    people, told, asks, taken
) -> None:
    asks("words 300 0.01")
    chat = {"chatId": str(taken.id)}
    with connect(told, "/chat", people.ana) as ana, connect(told, "/chat", people.bo) as bo:
        first, of_bo = ana.emit("suggest-reply", chat), bo.emit("suggest-reply", chat)
        wait_for(lambda: stream(ana) and stream(bo), "both replies")
        asks("say Hello")
        second = ana.emit("suggest-reply", chat)
        assert end(ana, first["streamId"])["reason"] == "cut"
        assert end(ana, second["streamId"])["reason"] == "complete"
        assert text_of(stream(ana, second["streamId"])).strip() == "Hello"
        heard = len(stream(bo))
        wait_for(lambda: len(stream(bo)) > heard, "the next words of the other's")
        assert {data["streamId"] for data in stream(bo)} == {of_bo["streamId"]}


def test_nobody_writes_a_reply_for_an_agent_who_has_left(people, told, asks, taken, model) -> None:
    asks("endless 0.01")
    with connect(told, "/chat", people.ana) as agent:
        agent.emit("suggest-reply", {"chatId": str(taken.id)})
        wait_for(lambda: stream(agent), "the first words")
        request = model.requests[-1]
    wait_for(lambda: request.ended != "running", "the end of the request")
    assert request.ended == "left"


def test_where_the_model_fails_the_agent_is_told_and_the_chat_stays(people, told, asks, taken) -> None:
    asks("status 500")
    with connect(told, "/chat", people.ana) as agent:
        asked = agent.emit("suggest-reply", {"chatId": str(taken.id)})
        assert asked["ok"]
        ended = end(agent)
        assert (ended["reason"], ended["messageId"], ended["suggestion"]) == ("failed", None, True)
    taken.refresh_from_db()
    assert taken.agent_id == people.ana.user_id
