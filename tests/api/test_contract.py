"""The whole REST interface, row by row, against a running server (SPEC §6)."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.api.documented import CONVERSATION, MEDIA, MESSAGE, PAGINATION
from tests.api.endpoints import ENDPOINTS, PLACEHOLDER
from tests.api.uploads import upload
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person
from tests.support.shapes import ID, TIME, Maybe, check

pytestmark = [pytest.mark.processes, ON_SQLITE]


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


STATS = {"from": TIME, "to": TIME, "total": dict, "assistant": dict, "agents": [dict], "queues": [dict]}
NOTE = {"_id": ID, "conversationId": ID, "content": str, "createdAt": TIME}
QUEUE = {
    "_id": ID,
    "name": str,
    "waiting": int,
    "open": bool,
    "agentsOnline": int,
    "longestWaitSeconds": Maybe(int),
    "eta": Maybe(int),
}
IN_LINE = {**CONVERSATION, "queuePosition": Maybe(int), "eta": Maybe(int)}
MEMBER = {"_id": ID, "email": str, "name": str, "role": str, "status": str, "lastSeen": Maybe(TIME)}
SYNC = {"conversations": [CONVERSATION], "messages": [MESSAGE], "cursor": str, "more": bool}
ICE = {"iceServers": [dict]}

C = "{conversation}"
Call = tuple[str, str, str, Any, int, Any]
"""A method, an address, who calls, a body, the status and the shape of `data`."""

ROWS: list[Call] = [
    (
        "POST",
        "conversations",
        "customer",
        {"queueId": "{queue}", "context": {"page": "/cart"}},
        200,
        CONVERSATION,
    ),
    ("GET", "conversations?page=1&limit=20&status=open", "customer", None, 200, [CONVERSATION]),
    ("GET", "conversations?search=Guest", "ana", None, 200, [CONVERSATION]),
    ("GET", f"conversations/{C}", "customer", None, 200, IN_LINE),
    ("GET", f"messages/{C}?page=1&limit=50", "customer", None, 200, [MESSAGE]),
    ("GET", f"messages/{C}?after=1", "ana", None, 200, [MESSAGE]),
    ("GET", f"messages/{C}?before=3", "sam", None, 200, [MESSAGE]),
    (
        "POST",
        "messages",
        "ana",
        {"conversationId": C, "content": "Hi", "clientMessageId": "c-1"},
        200,
        MESSAGE,
    ),
    (
        "POST",
        "messages",
        "ana",
        {"conversationId": C, "content": "Hi", "clientMessageId": "c-1"},
        200,
        MESSAGE,
    ),
    ("PATCH", "messages/{message}", "customer", {"content": "Hello again"}, 200, MESSAGE),
    ("GET", "messages/search?q=again", "customer", None, 200, [MESSAGE]),
    ("DELETE", "messages/{message}", "customer", None, 200, MESSAGE),
    ("POST", "media", "customer", upload, 201, [MEDIA]),
    ("PATCH", f"conversations/{C}/read", "customer", None, 200, {"conversationId": ID, "seq": int}),
    ("POST", f"conversations/{C}/notes", "ana", {"content": "Be kind"}, 201, NOTE),
    ("GET", f"conversations/{C}/notes", "ana", None, 200, [NOTE]),
    ("GET", "sync", "customer", None, 200, SYNC),
    ("GET", "config/{config}", "customer", None, 200, dict),
    ("GET", "ice-servers", "customer", None, 200, ICE),
    ("GET", "me", "customer", None, 200, {"_id": ID, "name": str, "email": str, "phone": str}),
    ("PATCH", "me", "customer", {"name": "Vera Visitor", "phone": "+49 30 1"}, 200, {"_id": ID, "name": str}),
    ("POST", f"conversations/{C}/transcript", "customer", {}, 202, dict),
    ("GET", "support/conversations?status=open&search=Vera", "ana", None, 200, [CONVERSATION]),
    ("GET", "support/stats", "ana", None, 200, STATS),
    ("POST", "support/reassign", "sam", {"conversationId": C, "supportId": "{ana}"}, 200, CONVERSATION),
    ("GET", "presence", "ana", None, 200, [MEMBER]),
    ("GET", "queues", "ana", None, 200, [QUEUE]),
    ("PATCH", f"conversations/{C}/status", "ana", {"status": "resolved"}, 200, CONVERSATION),
    ("POST", f"conversations/{C}/rating", "customer", {"score": 5, "comment": "Good"}, 200, CONVERSATION),
    ("POST", f"conversations/{C}/end", "customer", {"reason": "Done"}, 200, CONVERSATION),
]


async def test_every_row_of_the_interface(
    base: str, clients: Clients, world: World, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, ana = taken_chat
    _, message = await clients.rest(
        "POST", "messages", customer, json={"conversationId": conversation_id, "content": "Hello"}
    )
    people = {**world["people"], "customer": customer}
    values = {
        C: conversation_id,
        "{message}": message["data"]["_id"],
        "{queue}": world["queues"]["support"],
        "{config}": world["widgetKey"],
        "{ana}": ana["id"],
    }

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(part) for name, part in value.items()}
        for name, known in values.items():
            value = value.replace(name, known) if isinstance(value, str) else value
        return value

    for method, path, who, body, expected, shape in ROWS:
        options = {"data": upload("a.jpg")} if body is upload else {"json": filled(body)} if body else {}
        status, answer = await clients.rest(method, f"{base}/{filled(path)}", people[who], **options)
        what = f"{method} {path}"
        assert status == expected, (what, answer)
        assert {"message", "data"} <= set(answer), what
        check(answer["data"], shape, what)
        if isinstance(shape, list) and "page=" in path:
            check(answer["pagination"], PAGINATION, what)


async def test_a_transcript_is_downloaded_in_each_format(
    base: str, clients: Clients, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, _ = taken_chat
    address = f"{clients.url}{base}/conversations/{conversation_id}/transcript"
    headers = {"Authorization": f"Bearer {customer['access']}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for name, kind in (("txt", "text/plain"), ("html", "text/html"), ("json", "application/json")):
            async with http.get(f"{address}?format={name}") as response:
                assert (response.status, response.content_type) == (200, kind)
                assert "attachment" in response.headers["Content-Disposition"]
                assert "Chat started" in await response.text()


def test_every_endpoint_has_a_row() -> None:
    def plain(path: str) -> str:
        return path.partition("?")[0]

    rows = {(method, plain(path)) for method, path, *_ in ROWS}
    rows.add(("GET", f"conversations/{C}/transcript"))
    patterns = {"conversation_id": C, "config_id": "{config}"}

    def addresses(endpoint: Any) -> set[tuple[str, str]]:
        route = endpoint.route.removeprefix("chat/")
        meant = (
            [patterns]
            if "or_message" not in route
            else [{"conversation_or_message_id": C}, {"conversation_or_message_id": "{message}"}]
        )
        return {
            (endpoint.method, PLACEHOLDER.sub(lambda match, names=names: names[match[1]], route))
            for names in meant
        }

    endpoints = [endpoint for endpoint in ENDPOINTS if endpoint.route.startswith("chat/")]
    assert [str(endpoint) for endpoint in endpoints if not addresses(endpoint) & rows] == []
    known = set().union(*map(addresses, endpoints))
    assert rows - known == set()
