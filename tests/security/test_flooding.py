"""Who asks for too much is told to wait, then put out; nobody else notices."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from chat.events import TypingChanged
from chat.gateway import dispatch, limits
from chat.gateway.limits import BURST_SECONDS, EventLimits
from tests.security.subjects import make_subject
from tests.support.people import People
from tests.support.sockets import Client
from tests.support.told import Told

Limit = Callable[..., None]
HARMLESS = ("leave-chat", {"chatId": "0" * 32})


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Sets how many events may come in a second; a burst is that of ten seconds."""

    def set_limits(of_socket: float = 0, of_person: float = 0, of_address: float = 0) -> None:
        chosen = EventLimits(of_socket, of_person, of_address)
        monkeypatch.setattr(dispatch, "event_limits", lambda: chosen)

    return set_limits


def taken(client: Client, count: int) -> int:
    """How many of so many events are not refused as too many."""
    answers = [client.emit(*HARMLESS) for _ in range(count)]
    return sum(answer["ok"] or answer["error"]["code"] != "rate_limited" for answer in answers)


def test_a_burst_is_taken_and_the_rest_told_when_to_come_again(
    people: People, told: Told, limit: Limit
) -> None:
    limit(of_socket=2)
    vera, walt = (Client(told.process, "/chat", one) for one in (people.vera, people.walt))
    assert taken(vera, 30) in range(20, 22)
    refused = vera.emit(*HARMLESS)["error"]
    assert set(refused) == {"code", "message", "retryAfter"}
    assert (refused["code"], refused["retryAfter"]) == ("rate_limited", 1)
    assert taken(walt, 10) == 10
    time.sleep(refused["retryAfter"])
    assert taken(vera, 10) in (2, 3)
    assert not vera.inbox.is_dismissed


def test_all_sockets_of_a_person_share_what_it_may(people: People, told: Told, limit: Limit) -> None:
    limit(of_person=1)
    tabs = [Client(told.process, namespace, people.vera) for namespace in ("/", "/chat", "/chat")]
    emitted = [tab.emit("refresh-token", {"token": "x"})["error"]["code"] for tab in tabs for _ in range(6)]
    assert emitted.count("rate_limited") in range(18 - BURST_SECONDS - 1, 18 - BURST_SECONDS + 1)
    assert taken(Client(told.process, "/chat", people.walt), 5) == 5


def test_all_people_at_an_address_share_what_it_may(people: People, told: Told, limit: Limit) -> None:
    limit(of_address=1)
    network = [
        Client(told.process, "/chat", one, address=address)
        for one, address in ((people.vera, "2001:db8::1"), (people.walt, "2001:db8::2"))
    ]
    assert sum(taken(one, 10) for one in network) in (10, 11)
    assert taken(Client(told.process, "/chat", people.walt, address="203.0.113.1"), 10) == 10
    assert taken(Client(told.process, "/chat", people.walt, address="127.0.0.1"), 30) == 30


def test_too_much_typing_is_dropped_without_a_word(people: People, told: Told, limit: Limit) -> None:
    subject = make_subject(people)
    chat_id = subject.ids["conversation_id"]
    events: list[tuple[str, str, dict[str, Any]]] = [
        ("/", "typing:start", {"conversationId": chat_id}),
        ("/chat", "set-status", {"chatId": chat_id, "status": "typing"}),
    ]
    for namespace, event, data in events:
        client = Client(told.process, namespace, subject.customer)
        client.emit({"/": "conversation:join", "/chat": "join-chat"}[namespace], data)
        assert client.emit(event, data)["ok"]
        limit(of_socket=1 / BURST_SECONDS)
        client.emit("refresh-token", {"token": "x"})
        told.forget()
        assert client.emit(event, data) == {"ok": True}
        client.emit("typing:stop", data)
        client.emit("set-status", {**data, "status": "idle"})
        assert told.of(TypingChanged) == []
        presence = client.emit("set-status", {"status": "away"})
        assert presence["error"]["code"] in ("rate_limited", "unknown_event"), "it is no typing"
        limit()
        client.leave()


def test_who_goes_on_all_the_same_is_put_out(
    people: People, told: Told, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REFUSALS_PER_MINUTE", 20)
    limit(of_socket=1)
    vera, walt = (Client(told.process, "/chat", one) for one in (people.vera, people.walt))
    taken(vera, 10 + 20)
    assert not vera.inbox.is_dismissed
    taken(vera, 5)
    assert vera.inbox.is_dismissed
    assert vera.received("error")[0]["code"] == "rate_limited"
    assert (taken(walt, 5), walt.inbox.is_dismissed) == (5, False)
