"""What the server says: no client can say it, and a customer never hears what is not for customers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.security.asking import call, connect, json_or_text
from tests.security.matrix import CODES, fill
from tests.security.rest_table import REST
from tests.security.subjects import NOTE, WORDS, make_subject
from tests.support.people import People
from tests.support.told import Told

ROOT_EVENTS = [
    *("message:new", "message:sent", "message:updated", "message:deleted", "message:read-receipt"),
    *("notification:new-message", "conversation:updated", "typing:user-typing", "typing:user-stopped"),
    *("user:online", "user:offline", "error", "note:new", "token-expiring"),
]
CHAT_EVENTS = [
    *("messages", "presence-change", "message-read", "message-updated", "message-deleted", "chat-assigned"),
    *("chat-transferred", "chat-claimed", "chat-resolved", "chat-closed", "inactivity-warning"),
    *("queue-position", "queue-timeout", "queue-notification", "chat-request", "transfer-request"),
    *(
        "chat-request-timeout",
        "transfer-declined",
        "chat-stream",
        "token-expiring",
        "session",
        "chat-note",
        "chat-rated",
        "customer-updated",
    ),
]
OF_THE_LIBRARY = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "join", "system"]
SERVER_EVENTS = [*ROOT_EVENTS, *CHAT_EVENTS, *OF_THE_LIBRARY]


@pytest.mark.parametrize("namespace", ["/", "/chat"])
def test_what_only_the_server_says_is_refused_from_clients(
    namespace: str, people: People, told: Told
) -> None:
    subject = make_subject(people)
    chat_id = str(subject.conversation.id)
    data = {"chatId": chat_id, "conversationId": chat_id, "text": "I am an agent", "fromAgent": True}
    join = {"/": "conversation:join", "/chat": "join-chat"}[namespace]
    with (
        connect(told, namespace, people.ana) as agent,
        connect(told, namespace, subject.customer) as customer,
    ):
        for socket in (agent, customer):
            assert socket.emit(join, {"conversationId": chat_id, "chatId": chat_id})["ok"]
        before, heard = subject.state(), [len(socket.inbox.events) for socket in (agent, customer)]
        for socket in (agent, customer):
            for event in SERVER_EVENTS:
                assert socket.emit(event, data)["error"]["code"] == "unknown_event", event
        told.events()
        assert [len(socket.inbox.events) for socket in (agent, customer)] == heard, "nobody hears anything"
        assert subject.state() == before


def texts_in(value: Any) -> list[str]:
    """Every text and every key in a payload."""
    match value:
        case dict():
            return [text for key, part in value.items() for text in (key, *texts_in(part))]
        case list():
            return [text for part in value for text in texts_in(part)]
        case str():
            return [value]
    return []


NEVER_A_CUSTOMERS = {
    *(
        "note",
        "notes",
        "afterSeq",
        "authorId",
        "ip",
        "address",
        "ipAddress",
        "userAgent",
        "password",
        "username",
    ),
    *(
        "is_staff",
        "is_superuser",
        "organization_id",
        "organizationId",
        "orgId",
        "secret",
        "version",
        "change",
    ),
}


def test_a_customer_is_never_shown_notes_addresses_or_what_is_said_elsewhere(
    people: People, told: Told
) -> None:
    others = make_subject(people)
    subject = make_subject(people)
    chat_id = str(subject.conversation.id)
    seen: list[Any] = []
    with connect(told, "/", subject.customer) as root, connect(told, "/chat", subject.customer) as chat:
        root.emit("conversation:join", {"conversationId": chat_id, "lastSeq": 0})
        chat.emit("join-chat", {"chatId": chat_id})
        with connect(told, "/chat", people.ana) as agent:
            for event, data in (
                ("join-chat", {}),
                ("add-note", {"text": f"More {NOTE}"}),
                ("chat-message", {"text": "Good morning"}),
                ("mark-read", {}),
                ("set-status", {"status": "typing"}),
                ("resolve-chat", {}),
                ("close-chat", {}),
            ):
                assert agent.emit(event, {"chatId": chat_id, **data})["ok"], event
        told.events()
        for socket in (root, chat):
            assert len(socket.inbox.events) > 4, "there is something to look at"
            seen += socket.inbox.events
    for name, [row, *_] in REST.items():
        if name.startswith("GET chat/") and row.expected["customer"] not in CODES:
            path = "/api/v1/" + fill(row.address(name.partition(" ")[2]), subject.ids)
            _, _, text = call(subject.customer, "GET", path, row.filled(subject.ids))
            seen.append(json_or_text(text))
    shown = texts_in(seen)
    assert any(WORDS in text for text in shown)
    assert NEVER_A_CUSTOMERS.isdisjoint(shown)
    everything = "\n".join(shown)
    assert NOTE not in everything
    addresses = set(re.findall(r"[\w.]+@[\w.]+\w", everything))
    assert addresses <= {subject.customer.email, people.ana.email}, "its own, and that of who answers it"
    assert not [secret for secret in others.secrets if secret not in (WORDS, NOTE) and secret in everything]
