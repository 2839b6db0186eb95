"""What clients say without being asked: no field and no parameter of theirs changes anything."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from drf_spectacular.generators import SchemaGenerator

from accounts.models import User
from chat.gateway.namespaces import NAMESPACES
from tests.security.asking import call, connect
from tests.security.events_table import EVENTS
from tests.security.matrix import Row, fill, first_who_may, person
from tests.security.rest_table import REST
from tests.security.subjects import Subject, make_subject
from tests.support.people import People
from tests.support.told import Told

CLAIMS = {"role", "orgId", "userEmail"}
"""What is compared with the token, and refused where it is not true: `tests/api` shows that."""

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NEW_EACH_TIME = re.compile(
    r'"(url|thumbnailUrl|cursor|credential|username)":"[^"]*"|"longestWaitSeconds":\d+'
)
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*(\+00:00|Z)")


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def lies(people: People) -> dict[str, Any]:
    """A false value for every column there is, under its own name and as clients write names."""
    values: dict[type[models.Field[Any, Any]], Any] = {
        models.BooleanField: True,
        models.DateTimeField: "1999-01-01T00:00:00.000Z",
        models.IntegerField: 999_999,
        models.ForeignKey: str(people.oskar.user_id),
        models.UUIDField: str(people.oskar.user_id),
    }
    told: dict[str, Any] = {"isRead": True, "senderId": {"_id": str(people.oskar.user_id)}, "fromAgent": True}
    for model in (
        model for app in ("accounts", "chat", "queueing") for model in apps.get_app_config(app).get_models()
    ):
        for column in model._meta.concrete_fields:
            value = next((value for kind, value in values.items() if isinstance(column, kind)), "lied")
            value = column.choices[-1][0] if column.choices else value
            for name in (
                column.name,
                column.attname,
                camel(column.name),
                camel(column.attname),
                f"_{column.name}",
            ):
                told.setdefault(name, value)
    return {name: value for name, value in told.items() if name not in CLAIMS}


def plain_state(subject: Subject) -> str:
    """What is stored about a subject and its customer, so that two subjects can be compared."""
    stored = [*subject.state(), *User.objects.filter(id=subject.customer.user_id).values()]
    text = json.dumps(without_numbers(stored), default=str)
    text = text.replace(str(subject.customer.name), "the customer").replace(
        subject.customer.email, "its address"
    )
    text = text.replace(str(subject.customer.name).lower(), "the customer")
    known: dict[str, str] = {}
    names = count(1)
    text = UUID.sub(lambda match: known.setdefault(match[0], f"id {next(names)}"), text)
    now = datetime.now(UTC)

    def plain_time(match: re.Match[str]) -> str:
        ago = abs(now - datetime.fromisoformat(match[0]))
        return "just now" if ago < timedelta(minutes=5) else match[0]

    return TIME.sub(plain_time, text)


def without_numbers(stored: Any) -> Any:
    """Leave out what counts on through everything that happens: keys of rows, changes of the organization."""
    if isinstance(stored, dict):
        counting = {key for key, value in stored.items() if key.endswith("change") or key == "username"}
        counting |= {"id", "password"} if isinstance(stored.get("id"), int) else {"password"}
        return {key: without_numbers(value) for key, value in stored.items() if key not in counting}
    if isinstance(stored, list):
        return [without_numbers(value) for value in stored]
    return stored


@pytest.fixture(scope="module")
def declared_fields() -> dict[str, set[str]]:
    """The fields and parameters that each endpoint asks for, as the schema says."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation.get("parameters", ())}
            for content in operation.get("requestBody", {}).get("content", {}).values():
                component = content["schema"]["$ref"].rpartition("/")[2]
                names |= set(schema["components"]["schemas"][component]["properties"])
            found[f"{method.upper()} {path.removeprefix('/api/v1/')}"] = names
    return found


WRITING = [
    pytest.param(name, row, id=f"{name} {row.data}")
    for name, rows in REST.items()
    for row in rows
    if not name.startswith("GET") and "/chat/" in f"/{name.partition(' ')[2]}" and first_who_may(row)
]
READING = [name for name in REST if name.startswith("GET chat/")]


@pytest.mark.parametrize(("name", "row"), WRITING)
def test_fields_that_nobody_asked_for_change_no_row(
    name: str, row: Row, people: People, declared_fields: dict[str, set[str]]
) -> None:
    method, _, route = name.partition(" ")
    asker = first_who_may(row)
    assert asker is not None
    lied = {field: value for field, value in lies(people).items() if field not in declared_fields[name]}
    assert len(lied) > 100
    outcomes = []
    for more in ({}, lied):
        subject = make_subject(people, row.state)
        path = "/api/v1/" + fill(row.address(route), subject.ids)
        _, code, text = call(
            person(people, subject, asker), method, path, {**row.filled(subject.ids), **more}
        )
        assert code is None, text
        outcomes.append(plain_state(subject))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("name", READING)
def test_parameters_that_nobody_asked_for_find_nothing_else(
    name: str, people: People, declared_fields: dict[str, set[str]]
) -> None:
    row = REST[name][0]
    asker = first_who_may(row)
    assert asker is not None
    subject = make_subject(people, row.state)
    hostile = {
        "_connector": "OR",
        "customer__email__contains": "@",
        "id__in": "1,2",
        "order_by": "id); DROP TABLE chat_message; --",
        "fields": "password",
    }
    lied = {
        field: str(value)
        for field, value in {**lies(people), **hostile}.items()
        if field not in declared_fields[name]
    }
    path = "/api/v1/" + fill(row.address(name.partition(" ")[2]), subject.ids)
    answers = [
        call(person(people, subject, asker), "GET", path, {**row.filled(subject.ids), **more})[2]
        for more in ({}, lied)
    ]
    plain, odd = (TIME.sub("", NEW_EACH_TIME.sub("", text)) for text in answers)
    assert plain == odd


@pytest.mark.parametrize(
    ("namespace", "event", "row"),
    [
        pytest.param(namespace, event, row, id=f"{namespace} {event} {row.data}")
        for namespace, events in EVENTS.items()
        for event, rows in events.items()
        for row in rows
        if first_who_may(row)
    ],
)
def test_fields_of_events_that_nobody_asked_for_change_no_row(
    namespace: str, event: str, row: Row, people: People, told: Told
) -> None:
    command, _ = NAMESPACES[namespace].handlers[event]
    asker = first_who_may(row)
    assert asker is not None
    lied = {
        field: value for field, value in lies(people).items() if field not in command.__struct_encode_fields__
    }
    outcomes = []
    for more in ({}, lied):
        subject = make_subject(people, row.state)
        caller = person(people, subject, asker)
        assert caller is not None
        with connect(told, namespace, caller) as socket:
            if row.joined:
                join = {"/": "conversation:join", "/chat": "join-chat"}[namespace]
                ids = subject.ids["conversation_id"]
                socket.emit(join, {"conversationId": ids, "chatId": ids})
            ack = socket.emit(event, {**row.filled(subject.ids), **more})
        assert ack["ok"], ack
        outcomes.append(plain_state(subject))
    assert outcomes[0] == outcomes[1]
