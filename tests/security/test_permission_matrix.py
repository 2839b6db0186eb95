"""Who may do what, for everything that can be asked: the URLconf and the handler tables say what that is.

A route or an event without a row fails, and so does a row without a route or an event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from accounts.tokens import Principal
from chat.errors import HelpdeskError
from chat.gateway.namespaces import NAMESPACES
from chat.gateway.sockets import Handshake, Socket
from tests.api.endpoints import ENDPOINTS, PLACEHOLDER, ROUTES_OF_OTHERS, other_routes
from tests.security.asking import call
from tests.security.events_table import EVENTS
from tests.security.matrix import Answer, Row, check, fill, person
from tests.security.rest_table import REST
from tests.security.subjects import Subject
from tests.support.people import People
from tests.support.sockets import Client, Inbox
from tests.support.told import Told

BASE = "api/v1/"
"""The endpoints below `/chat/` are the same views; `tests/api/test_addresses.py` holds them to that."""


def name_of(method: str, route: str) -> str:
    return f"{method} " + PLACEHOLDER.sub(r"{\1}", route.removeprefix(BASE))


ROUTES = {
    name_of(endpoint.method, endpoint.route) for endpoint in ENDPOINTS if endpoint.route.startswith(BASE)
}
REST_ROWS = [
    pytest.param(name, row, id=f"{name} {row.data or ''}") for name, rows in REST.items() for row in rows
]
EVENT_ROWS = [
    pytest.param(namespace, event, row, id=f"{namespace} {event} {row.data}")
    for namespace, events in EVENTS.items()
    for event, rows in events.items()
    for row in rows
]


def test_every_endpoint_has_a_row_and_every_row_an_endpoint() -> None:
    assert set(REST) == ROUTES
    assert len(ROUTES) >= 30, "the URLconf has been read"


def test_every_event_has_a_row_and_every_row_an_event() -> None:
    assert {name: set(events) for name, events in EVENTS.items()} == {
        name: set(namespace.handlers) for name, namespace in NAMESPACES.items()
    }


def test_everything_else_in_the_urlconf_is_known() -> None:
    assert set(other_routes()) == ROUTES_OF_OTHERS


@pytest.mark.parametrize(("name", "row"), REST_ROWS)
def test_endpoint(name: str, row: Row, people: People) -> None:
    method, _, route = name.partition(" ")
    address = row.address(route)

    def ask(subject: Subject, asker: str, ids: Mapping[str, str]) -> Answer:
        path = "/" + BASE + fill(address, ids)
        return call(person(people, subject, asker), method, path, row.filled(ids))

    check(row, people, ask, address)


@pytest.mark.parametrize(("namespace", "event", "row"), EVENT_ROWS)
def test_event(namespace: str, event: str, row: Row, people: People, told: Told) -> None:
    sockets: dict[Principal, Client] = {}

    def ask(subject: Subject, asker: str, ids: Mapping[str, str]) -> Answer:
        caller = person(people, subject, asker)
        if caller is None:
            return connect_without_token(told, namespace)
        if caller not in sockets:
            sockets[caller] = Client(told.process, namespace, caller)
        socket = sockets[caller]
        if row.joined:
            join = {"/": "conversation:join", "/chat": "join-chat"}[namespace]
            socket.emit(join, {"conversationId": ids["conversation_id"], "chatId": ids["conversation_id"]})
        ack = socket.emit(event, row.filled(ids))
        text = json.dumps(ack)
        # The ids that somebody sent may come back; that they do says nothing.
        for name, value in ids.items():
            text = text.replace(value, name) if asker in ("visitor", "foreigner") else text
        return json.loads(text), ack["error"]["code"] if not ack["ok"] else None, text

    try:
        check(row, people, ask)
    finally:
        for socket in sockets.values():
            socket.leave()


def connect_without_token(told: Told, namespace: str) -> Answer:
    """Nobody gets in, whatever it wants there."""
    socket = Socket("nobody", namespace, Handshake({}, {}, {}, "127.0.0.1"), Inbox())
    with pytest.raises(HelpdeskError) as refused:
        told.process.run(NAMESPACES[namespace].connect(socket))
    return refused.value.code, refused.value.code, ""
