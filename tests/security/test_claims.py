"""Who somebody is, the token says alone: no other token, no claim and no handshake changes it (SPEC §2)."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Http
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from accounts.tokens import issue_tokens
from chat.errors import HelpdeskError
from chat.gateway.namespaces import NAMESPACES
from chat.gateway.sockets import Handshake, Socket
from tests.api.endpoints import CHAT_ENDPOINTS
from tests.security.asking import call, connect
from tests.security.events_table import EVENTS
from tests.security.matrix import Row, fill, first_who_may, person
from tests.security.rest_table import REST
from tests.security.subjects import make_subject
from tests.support.people import People
from tests.support.people import agent as make_agent
from tests.support.sockets import Inbox
from tests.support.told import Told


def test_without_a_good_token_there_is_nothing(people: People) -> None:
    user = User.objects.get(id=people.ana.user_id)
    tokens, expired = issue_tokens(user), AccessToken.for_user(user)
    expired.set_exp(lifetime=-timedelta(minutes=1))
    gone = make_agent(user.organization, "Dora")
    of_somebody_gone = issue_tokens(gone)["access"]
    User.objects.filter(id=gone.id).update(is_active=False)
    headers = {
        "": "token_missing",
        "Bearer": "token_missing",
        "Basic dXNlcjpwYXNz": "token_missing",
        f"Token {tokens['access']}": "token_missing",
        "Bearer nonsense": "token_invalid",
        "Bearer \xe4\xf6\xfc": "token_invalid",
        f"Bearer {tokens['access']} and more": "token_invalid",
        f"Bearer {tokens['access'][:-4]}AAAA": "token_invalid",
        f"Bearer {tokens['refresh']}": "token_invalid",
        f"Bearer {of_somebody_gone}": "token_invalid",
        f"Bearer {expired}": "token_expired",
    }
    endpoints = [endpoint for endpoint in CHAT_ENDPOINTS if endpoint.route.startswith("api/v1/")]
    assert len(endpoints) >= 25
    for number, endpoint in enumerate(endpoints):
        path = endpoint.path_to("anything")
        # All of them read the header in one place, so that not all need to see every one.
        for header, code in headers.items() if number == 0 else [*headers.items()][::4]:
            answer = Http(headers={"Authorization": header}).generic(endpoint.method, path)
            body = answer.json()
            assert (answer.status_code, body["success"], body["code"]) == (401, False, code), (
                path,
                header[:20],
            )
            assert set(body) == {"success", "message", "code"}
            assert answer["WWW-Authenticate"] == "Bearer"
        in_the_url = f"{path}?token={tokens['access']}&access_token={tokens['access']}"
        assert Http().generic(endpoint.method, in_the_url).status_code == 401, "it is not looked at"


def lies_of(people: People) -> list[dict[str, Any]]:
    return [
        {"role": "superuser"},
        {"role": ["customer"]},
        {"orgId": str(people.oskar.organization_id)},
        {"orgId": people.oskar.organization_slug},
        {"orgId": {"not": "a text"}},
        {"userEmail": people.walt.email},
    ]


def truth_of(user: Any) -> dict[str, Any]:
    return {"role": user.role, "orgId": user.organization_slug, "userEmail": user.email.upper()}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        pytest.param(name, rows[0], id=name)
        for name, rows in REST.items()
        if "chat/" in name and rows[0].data and not name.startswith("GET") and first_who_may(rows[0])
    ],
)
def test_a_body_that_lies_about_its_sender_is_refused(name: str, row: Row, people: People) -> None:
    method, _, route = name.partition(" ")
    subject = make_subject(people, row.state)
    asker = person(people, subject, first_who_may(row) or "")
    assert asker is not None
    path, data = "/api/v1/" + fill(row.address(route), subject.ids), row.filled(subject.ids)
    before = subject.state()
    for lie in lies_of(people):
        assert call(asker, method, path, {**data, **lie})[1] == "forbidden", lie
    assert subject.state() == before
    assert call(asker, method, path, {**data, **truth_of(asker)})[1] is None


@pytest.mark.parametrize("namespace", ["/", "/chat"])
def test_an_event_or_a_handshake_that_lies_about_its_sender_is_refused(
    namespace: str, people: People, told: Told
) -> None:
    subject = make_subject(people)
    with connect(told, namespace, people.ana) as socket:
        before = subject.state()
        for event, [row, *_] in EVENTS[namespace].items():
            for lie in lies_of(people):
                refused = socket.emit(event, {**row.filled(subject.ids), **lie})
                assert (refused["ok"], refused["error"]["code"]) == (False, "forbidden"), (event, lie)
        assert subject.state() == before
    token = issue_tokens(User.objects.get(id=people.ana.user_id))["access"]
    for lie in lies_of(people):
        liar = Socket("liar", namespace, Handshake({"token": token, **lie}, {}, {}, "127.0.0.1"), Inbox())
        with pytest.raises(HelpdeskError) as refusal:
            told.process.run(NAMESPACES[namespace].connect(liar))
        assert refusal.value.code == "forbidden", lie
    join = {"/": "conversation:join", "/chat": "join-chat"}[namespace]
    with connect(told, namespace, people.ana) as socket:
        ids = {"conversationId": subject.ids["conversation_id"], "chatId": subject.ids["conversation_id"]}
        assert socket.emit(join, {**ids, **truth_of(people.ana)})["ok"]


def test_news_of_a_conversation_go_to_those_whom_it_concerns_alone(people: People, told: Told) -> None:
    subject = make_subject(people)
    bystanders = [people.walt, people.olaf, people.bo, people.olga, people.oskar]
    with ExitStack() as stack:
        ana = stack.enter_context(connect(told, "/", people.ana))
        customer = stack.enter_context(connect(told, "/chat", subject.customer))
        others = [
            stack.enter_context(connect(told, namespace, who))
            for who in bystanders
            for namespace in ("/", "/chat")
        ]
        said = customer.emit("chat-message", {"chatId": subject.ids["conversation_id"], "text": "For Ana"})
        assert said["ok"]
        told.events()
        [notification] = ana.received("notification:new-message")
        assert notification["message"]["content"] == "For Ana"
        for other in others:
            heard = json.dumps(other.inbox.events)
            assert not any(secret in heard for secret in (*subject.secrets, "For Ana"))
