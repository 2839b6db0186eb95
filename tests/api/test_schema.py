"""The OpenAPI schema says what the REST interface does, no more and no less."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from accounts.tokens import Principal, issue_tokens
from tests.security.subjects import Subject, make_subject
from tests.support.people import People

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 6
"""For each endpoint and role; always the same ones."""

PUBLIC = ("sign_in", "refresh_tokens", "get_widget_profile", "issue_visitor_token", "leave_ticket")


def test_the_schema_is_valid_and_made_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO(), stderr=StringIO())


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The schema, in which objects have the fields it names and no others."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    for component in schema["components"]["schemas"].values():
        if "properties" in component:
            component["additionalProperties"] = False
    return schema


def test_every_operation_says_what_it_answers_and_refuses(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            what = f"{method} {path}"
            assert operation["summary"], what
            assert ("security" in operation) == (operation["operationId"] not in PUBLIC), what
            codes = set(operation["responses"])
            assert codes & {"200", "201", "202"}, what
            for code, response in operation["responses"].items():
                for content in response["content"].values():
                    assert content["schema"] != {"type": "object", "additionalProperties": {}}, what
                    assert (content["schema"].get("$ref", "").endswith("/Error")) == (code >= "400"), what
            if "security" in operation:
                assert "401" in codes, what
            if "requestBody" in operation:
                assert {"400", "413", "415"} <= codes, what
            if "{" in path:
                assert "404" in codes, what
            for parameter in operation.get("parameters", ()):
                assert parameter["in"] == "path" or parameter["description"], what


LAST = ("delete_message", "change_status", "end_conversation", "rate_conversation")
"""What leaves the others less to ask for, and what can be asked for only then."""
NEEDS_A_PICTURE = {"POST /api/v1/chat/media"}
"""What nobody succeeds in by chance."""


def test_the_interface_does_what_the_schema_says(people: People, described: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(described)
    schema.app = get_wsgi_application()
    operations = [found.ok() for found in schema.get_all_operations()]
    operations.sort(key=lambda operation: place_of(operation.definition.raw["operationId"]))
    assert len(operations) >= 30
    answered: set[tuple[str, int]] = set()
    wrong = []
    for role in ("customer", "agent", "admin"):
        subject = make_subject(people)
        caller = {"customer": subject.customer, "agent": people.ana, "admin": people.sam}[role]
        for operation in operations:
            try:
                answered |= check_operation(operation, caller, subject)
            except (FailureGroup, Failure) as failures:
                wrong.append(f"{role}: {operation.label}: {failures}")
    assert not wrong, "\n\n".join(wrong)
    succeeded = {label for label, status in answered if status < 400}
    missing = {operation.label for operation in operations} - succeeded
    assert missing == NEEDS_A_PICTURE, "nobody got what is documented"


def place_of(operation_id: str) -> int:
    return LAST.index(operation_id) if operation_id in LAST else -1


def check_operation(operation: Any, caller: Principal, subject: Subject) -> set[tuple[str, int]]:
    """Ask for whatever the schema allows and forbids; returns what was answered."""
    token = issue_tokens(User.objects.get(id=caller.user_id))["access"]
    answered = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), names_something=st.sampled_from([True, True, False]))
    def check(case: Any, names_something: bool) -> None:
        if names_something:
            name_what_there_is(case, subject)
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        answered.add((operation.label, response.status_code))
        case.validate_response(response, checks=CHECKS)

    check()
    return answered


def name_what_there_is(case: Any, subject: Subject) -> None:
    """Put the ids of a conversation into a request, which no chance would find."""
    ids = {**subject.ids, "conversation_or_message_id": subject.ids["conversation_id"]}
    if case.method in ("PATCH", "DELETE"):
        ids["conversation_or_message_id"] = subject.ids["message_id"]
    for name in case.path_parameters or {}:
        case.path_parameters[name] = ids[name]
    if isinstance(case.body, dict):
        known = {
            "conversationId": subject.ids["conversation_id"],
            "supportId": subject.ids["colleague_id"],
            "refresh": subject.ids["refresh"],
            "email": "bo@home.example",
            "password": "correct horse",
            "content": "Hello",
        }
        case.body |= {name: value for name, value in known.items() if name in case.body}
        if case.path.endswith("/messages"):
            case.body = {"conversationId": known["conversationId"], "content": "Hello"}
