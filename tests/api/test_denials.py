"""Who may not, beside who may, on every endpoint of the chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.endpoints import CHAT_ENDPOINTS, Endpoint, endpoints_that_end_with, every_chat_endpoint
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person, nowhere

pytestmark = [pytest.mark.processes, ON_SQLITE]

OF_A_CONVERSATION = ("/read", "/end", "messages", "_id>")
OF_THE_TEAM = ("support/conversations", "presence", "queues")
OF_ONESELF = ("chat/conversations",)
every_endpoint_of_a_conversation = endpoints_that_end_with(*OF_A_CONVERSATION)
every_endpoint_of_the_team = endpoints_that_end_with(*OF_THE_TEAM)
BODIES = {"POST", "PATCH"}


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


def call(endpoint: Endpoint, good: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """A sound request to an endpoint: its method, path and body."""
    options = {"json": {"conversationId": good["conversationId"], "content": "Hello"}}
    return endpoint.method, endpoint.path(good), options if endpoint.method in BODIES else {}


def test_of_every_endpoint_it_is_said_whose_it_is() -> None:
    known = OF_A_CONVERSATION + OF_THE_TEAM + OF_ONESELF
    assert [endpoint for endpoint in CHAT_ENDPOINTS if not endpoint.route.endswith(known)] == []


@every_chat_endpoint
async def test_without_a_good_token_there_is_nothing(
    endpoint: Endpoint, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    method, path, options = call(endpoint, good)
    customer = good["customer"]
    headers = {
        "": "token_missing",
        "Bearer": "token_missing",
        "Basic dXNlcjpwYXNz": "token_missing",
        f"Token {customer['access']}": "token_missing",
        "Bearer nonsense": "token_invalid",
        "Bearer \xe4\xf6\xfc": "token_invalid",
        f"Bearer {customer['access']} and more": "token_invalid",
        f"Bearer {customer['access'][:-4]}AAAA": "token_invalid",
        f"Bearer {customer['refresh']}": "token_invalid",
        f"Bearer {world['people']['dora']['access']}": "token_invalid",
        f"Bearer {customer['expired']}": "token_expired",
    }
    for header, code in headers.items():
        status, body = await clients.rest(method, path, headers={"Authorization": header}, **options)
        assert (status, body["success"], body["code"]) == (401, False, code), header[:20]
        assert set(body) == {"success", "message", "code"}
    in_the_url = f"{path}?token={customer['access']}&access_token={customer['access']}"
    status, _ = await clients.rest(method, in_the_url, **options)
    assert status == 401, "a token in the address is not looked at"


@every_endpoint_of_a_conversation
async def test_what_is_not_yours_looks_like_what_does_not_exist(
    endpoint: Endpoint, clients: Clients, world: World, good: dict[str, Any], guest: Callable[[], Person]
) -> None:
    method, path, options = call(endpoint, good)
    nothing = {**good, "conversation_id": nowhere(), "conversationId": nowhere()}
    for stranger in (guest(), *(world["people"][name] for name in ("otto", "oskar", "olaf"))):
        status, refusal = await clients.rest(method, path, stranger, **options)
        assert (status, refusal["success"], refusal["code"]) == (404, False, "not_found")
        _, unknown_path, unknown_options = call(endpoint, nothing)
        assert await clients.rest(method, unknown_path, stranger, **unknown_options) == (404, refusal)
    for person in (good["customer"], world["people"]["ana"], world["people"]["sam"]):
        status, _ = await clients.rest(method, path, person, **options)
        assert status == 200, person["email"]


@every_endpoint_of_the_team
async def test_what_is_for_the_team_is_forbidden_to_customers(
    endpoint: Endpoint, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    status, body = await clients.rest(endpoint.method, endpoint.path(good), good["customer"])
    assert (status, body["success"], body["code"]) == (403, False, "forbidden")
    status, body = await clients.rest(endpoint.method, endpoint.path(good), world["people"]["otto"])
    assert status == 200
    assert good["conversation_id"] not in str(body)
    status, _ = await clients.rest(endpoint.method, endpoint.path(good), world["people"]["ana"])
    assert status == 200


async def test_an_agent_who_has_not_the_chat_reads_it_and_no_more(
    clients: Clients, world: World, good: dict[str, Any]
) -> None:
    conversation_id = good["conversationId"]
    for name in ("bo", "olga"):
        agent = world["people"][name]
        status, _ = await clients.rest("GET", f"messages/{conversation_id}", agent)
        assert status == 200
        body = {"conversationId": conversation_id, "content": "Let me"}
        status, refusal = await clients.rest("POST", "messages", agent, json=body)
        assert (status, refusal["code"]) == (403, "not_assigned")
        status, refusal = await clients.rest("POST", f"conversations/{conversation_id}/end", agent, json={})
        assert (status, refusal["code"]) == (403, "not_assigned")
    status, _ = await clients.rest("POST", f"conversations/{conversation_id}/end", world["people"]["ana"])
    assert status == 200


async def test_what_a_body_says_of_its_sender_is_never_believed(
    clients: Clients, world: World, good: dict[str, Any]
) -> None:
    customer = good["customer"]
    message = {"conversationId": good["conversationId"], "content": "Hello"}
    lies = [
        {"role": "admin"},
        {"orgId": world["otherOrganization"]["id"]},
        {"userEmail": world["people"]["ana"]["email"]},
        {"role": ["customer"]},
    ]
    for lie in lies:
        for path, body in (("messages", message), ("conversations", {})):
            status, refusal = await clients.rest("POST", path, customer, json={**body, **lie})
            assert (status, refusal["code"]) == (403, "forbidden"), lie
    truth = {"role": "customer", "orgId": world["organization"]["slug"], "userEmail": customer["email"]}
    # Nor is a name, an id or a sender that nobody asks for.
    more = {"senderId": world["people"]["ana"]["id"], "seq": 999, "createdAt": "1999-01-01T00:00:00.000Z"}
    status, sent = await clients.rest("POST", "messages", customer, json={**message, **truth, **more})
    assert status == 200
    assert sent["data"]["senderId"]["_id"] == customer["id"]
    assert sent["data"]["seq"] < 10
    assert sent["data"]["createdAt"] > "2000"


async def test_only_customers_start_conversations_and_only_in_their_organizations_queues(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    for name in ("ana", "sam"):
        status, body = await clients.rest("POST", "conversations", world["people"][name], json={})
        assert (status, body["code"]) == (403, "forbidden")
    customer = guest()
    elsewhere = {"queueId": world["queues"]["elsewhere"]}
    refused = await clients.rest("POST", "conversations", customer, json=elsewhere)
    assert refused == await clients.rest("POST", "conversations", customer, json={"queueId": nowhere()})
    assert refused[0] == 404
    _, mine = await clients.rest("GET", "conversations", customer)
    assert mine["data"] == []
