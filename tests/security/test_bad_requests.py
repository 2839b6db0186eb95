"""Bad input on every endpoint: a clear error in the envelope that names what was wrong, never a 500."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from django.test import Client as Http
from drf_spectacular.generators import SchemaGenerator

from accounts.models import User
from accounts.tokens import issue_tokens
from tests.security.matrix import Row, fill, first_who_may, person
from tests.security.rest_table import REST
from tests.security.subjects import Subject, make_subject
from tests.support.people import People

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
VALUES: list[Any] = [7, 1.5, True, [], ["text"], {}, {"a": 1}, "x" * 20_000, None]
AWKWARD_VALUES: list[Any] = ["nul \0 inside", "\0", "", " ", "half \ud83d an emoji", "‮ \x1b[31m"]
AWKWARD_IDS = ["nowhere", "0", "a%00b", "%ED%A0%80", "%FF%FE", "x" * 3000, "%2e%2e", "%0a", "%D9%A1"]
AWKWARD_NUMBERS = ["", "0x10", "abc", "-1", "1.5", "1e3", " 1", "\0", "١", "9" * 30, "1;DROP"]


class Asker:
    """Asks one endpoint as the first who may."""

    def __init__(self, people: People, name: str, row: Row) -> None:
        self.subject: Subject = make_subject(people, row.state)
        self.method, _, route = name.partition(" ")
        self.route = row.address(route)
        self.data: dict[str, Any] = row.filled(self.subject.ids)
        asker = person(people, self.subject, first_who_may(row) or "nobody")
        token = issue_tokens(User.objects.get(id=asker.user_id))["access"] if asker else ""
        self._http = Http(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)

    def send(self, body: Any, content_type: str = "application/json") -> tuple[int, Any]:
        """Send a body, as it is or as JSON."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        path = "/api/v1/" + fill(self.route, self.subject.ids)
        answer = self._http.generic(self.method, path, text, content_type=content_type)
        return answer.status_code, answer.json()

    def at(self, value: str) -> tuple[int, Any]:
        """Ask with this in the place of every id."""
        path = "/api/v1/" + fill(self.route, dict.fromkeys(self.subject.ids, value))
        answer = self._http.generic(self.method, path, json.dumps(self.data), content_type="application/json")
        return answer.status_code, answer.json()

    def query(self, **parameters: str) -> tuple[int, Any]:
        """Ask with other parameters."""
        path = "/api/v1/" + fill(self.route, self.subject.ids)
        answer = self._http.get(path, {**self.data, **parameters})
        return answer.status_code, answer.json()


def check_refusal(status: int, body: Any, what: object) -> None:
    assert status in (400, 401, 403, 404, 409, 413, 415), (what, status, body)
    assert body["success"] is False, what
    assert 5 < len(body["message"]) < 600, (what, body)
    assert "Traceback" not in str(body)


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """Every operation of the schema, by the name it has in the matrix, with its body's fields."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    components = schema["components"]["schemas"]

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return resolved(components[part["$ref"].rpartition("/")[2]])
            return {key: resolved(value) for key, value in part.items()}
        return [resolved(value) for value in part] if isinstance(part, list) else part

    found = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            body = resolved(content["schema"]) if content else {}
            name = f"{method.upper()} {path.removeprefix('/api/v1/')}"
            found[name] = {
                **operation,
                "fields": body.get("properties", {}),
                "required": body.get("required", []),
            }
    return found


def rows(*methods: str) -> list[Any]:
    return [
        pytest.param(name, found[0], id=name)
        for name, found in REST.items()
        if name.startswith(methods) and not name.endswith("chat/media")
    ]


@pytest.mark.parametrize(("name", "row"), rows("POST", "PATCH"))
def test_a_body_that_is_no_object_is_refused(
    name: str, row: Row, people: People, operations: dict[str, Any]
) -> None:
    if not operations[name]["fields"]:
        pytest.skip("it takes no body")
    asker = Asker(people, name, row)
    for text in (*NO_OBJECTS, *NO_JSON):
        status, body = asker.send(text)
        check_refusal(status, body, text[:30])
        assert status in (400, 413), (text[:30], status)
    for kind in ("text/plain", "application/xml", "application/octet-stream", "nonsense"):
        status, body = asker.send(b"{}", kind)
        check_refusal(status, body, kind)
        assert status == 415


@pytest.mark.parametrize(("name", "row"), rows("POST", "PATCH"))
def test_what_the_schema_forbids_is_refused_by_name(
    name: str, row: Row, people: People, operations: dict[str, Any]
) -> None:
    asker = Asker(people, name, row)
    fields, required = operations[name]["fields"], operations[name]["required"]
    for field, schema in fields.items():
        for value in VALUES:
            if not jsonschema.Draft202012Validator(schema).is_valid(value):
                status, body = asker.send({**asker.data, field: value})
                what = (field, str(value)[:20])
                check_refusal(status, body, what)
                assert (status, list(body["errors"])) == (400, [field]), (what, body)
        for value in AWKWARD_VALUES:
            status, body = asker.send({**asker.data, field: value})
            if status >= 300:
                check_refusal(status, body, (field, ascii(value)))
    for field in required:
        status, body = asker.send({other: value for other, value in asker.data.items() if other != field})
        check_refusal(status, body, field)
        assert (status, list(body["errors"])) == (400, [field])
    more = {**asker.data, "__proto__": {"a": 1}, "deep": json.loads("[" * 20 + "]" * 20), "": None}
    status, body = asker.send(more)
    assert status < 300 or body["code"] != "invalid", "fields that nobody knows are ignored"


@pytest.mark.parametrize(
    ("name", "row"), [row for row in rows("GET", "POST", "PATCH", "DELETE") if "{" in row.id]
)
def test_awkward_ids_in_the_address_are_not_found(name: str, row: Row, people: People) -> None:
    asker = Asker(people, name, row)
    for value in AWKWARD_IDS:
        status, body = asker.at(value)
        check_refusal(status, body, value[:20])
        assert status == 404, (value[:20], status, body)


@pytest.mark.parametrize(("name", "row"), rows("GET"))
def test_what_the_schema_forbids_in_queries_is_refused_by_name(
    name: str, row: Row, people: People, operations: dict[str, Any]
) -> None:
    parameters = [found for found in operations[name].get("parameters", ()) if found["in"] == "query"]
    asker = Asker(people, name, row)
    for parameter in parameters:
        schema, field = parameter["schema"], parameter["name"]
        bad = []
        if schema["type"] == "integer":
            bad = [*AWKWARD_NUMBERS, str(schema["minimum"] - 1), str(schema["maximum"] + 1)]
        elif "enum" in schema:
            bad = ["", "bogus", schema["enum"][0].upper(), "\0", ",".join(schema["enum"])]
        elif "maxLength" in schema:
            bad = ["x" * (schema["maxLength"] + 1)]
        for value in bad:
            status, body = asker.query(**{field: value})
            check_refusal(status, body, (field, value))
            assert (status, list(body["errors"])) == (400, [field]), (field, value)


def test_a_body_that_is_too_large_is_refused(people: People) -> None:
    asker = Asker(people, "POST chat/messages", REST["POST chat/messages"][0])
    status, answer = asker.send({**asker.data, "content": "x" * 3_000_000})
    check_refusal(status, answer, "3 MB")
    assert (status, answer["code"]) == (413, "too_large")
