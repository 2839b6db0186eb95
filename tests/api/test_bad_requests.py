"""Bad input on every endpoint of the URLconf: a clear error in the envelope, never a 500."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from tests.api.endpoints import ENDPOINTS, Endpoint
from tests.support.live import World
from tests.support.live_clients import Clients, Person, nowhere

pytestmark = [pytest.mark.processes]

JSON = {"Content-Type": "application/json"}
NO_OBJECTS = ["[]", '["text"]', '"text"', "42", "true", "null"]
NO_JSON = [
    b"{",
    b"nonsense",
    b"{'content': 'Hello'}",
    b'{"content": NaN}',
    b'{"content": Infinity}',
    b'{"content": ' + b"9" * 5000 + b"}",
    b'{"content": "\xff\xfe"}',
    b"\xef\xbb\xbf{}x",
    b"[" * 100_000,
    b'{"content":' * 50_000,
    b"[" * 2000 + b"]" * 2000,
]
BAD_VALUES: list[Any] = [7, 1.5, True, [], ["text"], {}, {"a": 1}, "x" * 20_000, "nul \0 inside", "\0"]
AWKWARD_VALUES: list[Any] = [None, "", " ", "half \ud83d an emoji", "‮ \x1b[31m"]
AWKWARD_PATHS = ["nowhere", "0", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "x" * 3000, "%2e%2e", "%0a", "%D9%A1"]
BAD_NUMBERS = [
    "",
    "0x10",
    "abc",
    "-1",
    "1.5",
    "1e3",
    "%201",
    "%00",
    "%D9%A1",
    "9" * 30,
    "%ED%A0%80",
    "1;DROP",
]


def check_refusal(status: int, body: Any, what: object) -> None:
    assert status in (400, 401, 403, 404, 409, 413, 415), (what, status, body)
    assert body["success"] is False, what
    assert 5 < len(body["message"]) < 600, (what, body)
    assert "Traceback" not in str(body)


@pytest.fixture(scope="module")
def fields(live: Any) -> dict[str, list[str]]:
    """The fields of every endpoint's body, by endpoint, as the schema says."""
    schema = live.web_servers[0].get_json("/api/v1/schema/?format=json")
    found: dict[str, list[str]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            names = list(schema["components"]["schemas"][name]["properties"]) if name else []
            found[f"{method.upper()} {path.removeprefix('/')}"] = names
    return found


def fields_of(endpoint: Endpoint, fields: dict[str, list[str]]) -> list[str]:
    return fields[endpoint.name_in_schema]


def caller(endpoint: Endpoint, good: dict[str, Any]) -> Person | None:
    return None if endpoint.is_public else good["customer"]


def with_body(endpoints: list[Endpoint]) -> list[Endpoint]:
    return [endpoint for endpoint in endpoints if endpoint.method in ("POST", "PUT", "PATCH")]


every_endpoint_with_a_body = pytest.mark.parametrize("endpoint", with_body(ENDPOINTS), ids=str)
every_endpoint_with_a_value = pytest.mark.parametrize(
    "endpoint", [endpoint for endpoint in ENDPOINTS if "<" in endpoint.route], ids=str
)


@every_endpoint_with_a_body
async def test_a_body_that_is_no_object_is_refused(
    endpoint: Endpoint, clients: Clients, good: dict[str, Any], fields: dict[str, list[str]]
) -> None:
    takes_one = bool(fields_of(endpoint, fields))
    path, person = endpoint.path(good), caller(endpoint, good)
    for text in (*NO_OBJECTS, *NO_JSON):
        status, body = await clients.rest(endpoint.method, path, person, data=text, headers=JSON)
        if takes_one:
            check_refusal(status, body, text[:30])
            assert status in (400, 413), (text[:30], status)
        else:
            assert status == 200, "a body that nobody asked for is not looked at"
    if takes_one:
        for kind in ("text/plain", "application/xml", "application/octet-stream", "nonsense"):
            headers = {"Content-Type": kind}
            status, body = await clients.rest(endpoint.method, path, person, data=b"{}", headers=headers)
            check_refusal(status, body, kind)
            assert status == 415


@every_endpoint_with_a_body
async def test_bad_values_of_fields_are_refused_by_name(
    endpoint: Endpoint, clients: Clients, good: dict[str, Any], fields: dict[str, list[str]]
) -> None:
    names = fields_of(endpoint, fields)
    sound = {name: good[name] for name in names}
    path, person = endpoint.path(good), caller(endpoint, good)
    for name in names:
        for value in BAD_VALUES:
            status, body = await clients.rest(endpoint.method, path, person, json={**sound, name: value})
            what = (name, str(value)[:20])
            check_refusal(status, body, what)
            assert status in (400, 401, 404), (what, status, body)
            if status == 400 and not isinstance(value, str):
                assert name in body["errors"], (what, body)
        for value in AWKWARD_VALUES:
            text = json.dumps({**sound, name: value})
            status, body = await clients.rest(endpoint.method, path, person, data=text, headers=JSON)
            if status != 200:
                check_refusal(status, body, (name, ascii(value)))
    more = {**sound, "__proto__": {"a": 1}, "deep": json.loads("[" * 20 + "]" * 20), "": None}
    status, body = await clients.rest(endpoint.method, path, person, json=more)
    assert status == 200 or body["code"] != "invalid", "fields that nobody knows are ignored"


@every_endpoint_with_a_body
async def test_a_required_field_that_is_missing_is_named(
    endpoint: Endpoint, clients: Clients, good: dict[str, Any], fields: dict[str, list[str]]
) -> None:
    names = fields_of(endpoint, fields)
    path, person = endpoint.path(good), caller(endpoint, good)
    status, body = await clients.rest(endpoint.method, path, person, json={})
    if status == 200:
        return  # it requires none
    check_refusal(status, body, "an empty object")
    assert status == 400
    assert set(body["errors"]) <= set(names)
    for required in body["errors"]:
        rest = {name: good[name] for name in names if name != required}
        status, body = await clients.rest(endpoint.method, path, person, json=rest)
        assert (status, set(body["errors"])) == (400, {required})


@every_endpoint_with_a_value
async def test_awkward_values_in_the_address_are_not_found(
    endpoint: Endpoint, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    for value in (*AWKWARD_PATHS, nowhere()):
        placeholders = {"conversation_id": value, "key": value}
        for person in (good["customer"], world["people"]["ana"]):
            options = {"json": {}} if endpoint.method in ("POST", "PATCH") else {}
            status, body = await clients.rest(
                endpoint.method, endpoint.path(placeholders), person, encoded=True, **options
            )
            check_refusal(status, body, value[:20])
            assert status == 404, (value[:20], status, body)


@pytest.mark.parametrize("path", ["conversations", "messages/{}", "support/conversations"])
async def test_bad_queries_are_refused_by_name(
    path: str, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    path = path.format(good["conversationId"])
    names = ["page", "limit", *(["after", "before"] if "messages" in path else [])]
    ana = world["people"]["ana"]
    for name in names:
        for value in BAD_NUMBERS:
            status, body = await clients.rest("GET", f"{path}?{name}={value}", ana, encoded=True)
            check_refusal(status, body, (name, value))
            assert (status, list(body["errors"])) == (400, [name]), (name, value)
            assert "from" in body["message"], "it says what is allowed"
    for query in ("page=0", "limit=0", "limit=101", "page=1000001"):
        status, body = await clients.rest("GET", f"{path}?{query}", ana)
        check_refusal(status, body, query)
    if "messages" not in path:
        for value in ("", "bogus", "OPEN", "%00", "%ED%A0%80", "open,closed"):
            status, body = await clients.rest("GET", f"{path}?status={value}", ana, encoded=True)
            check_refusal(status, body, value)
            assert "waiting" in body["message"], "it says what is allowed"
    status, _ = await clients.rest("GET", f"{path}?page=1&limit=100&nonsense=%00&mine=%00", ana, encoded=True)
    assert status == 200


async def test_a_body_that_is_too_large_is_refused(clients: Clients, good: dict[str, Any]) -> None:
    body = {"conversationId": good["conversationId"], "content": "x" * 3_000_000}
    text = BytesIO(json.dumps(body).encode())
    status, answer = await clients.rest("POST", "messages", good["customer"], data=text, headers=JSON)
    check_refusal(status, answer, "3 MB")
    assert (status, answer["code"]) == (413, "too_large")


async def test_others_are_served_while_somebody_sends_nonsense(
    clients: Clients, good: dict[str, Any], guest: Callable[[], Person]
) -> None:
    socket = await clients.chat(good["customer"], chatId=good["conversationId"])
    for text in NO_JSON:
        await clients.rest("POST", "messages", guest(), data=text, headers=JSON)
    await socket.done("chat-message", {"chatId": good["conversationId"], "text": "Still here"})
    assert socket.disconnects == 0
