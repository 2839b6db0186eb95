"""REST and sockets of one running helpdesk: the same messages, told at once (SPEC §4, §6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.demo import DEMO_PASSWORD
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person

pytestmark = [pytest.mark.processes, ON_SQLITE]


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


async def test_what_is_sent_over_rest_reaches_sockets(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, customer = world["people"]["ana"], guest()
    conversation_id = await clients.start_taken_conversation(customer, ana)
    agent = await clients.chat(ana, chatId=conversation_id)
    body = {"conversationId": conversation_id, "content": "From an app in the background"}
    _, sent = await clients.rest("POST", "messages", customer, json=body)
    assert (await agent.next("chat-message"))["id"] == sent["data"]["_id"]
    status, ended = await clients.rest("POST", f"conversations/{conversation_id}/end", customer, json={})
    assert (status, ended["data"]["status"]) == (200, "closed")
    assert (await agent.next("chat-closed"))["closedBy"] == customer["id"]
    status, refusal = await clients.rest("POST", "messages", customer, json=body)
    assert (status, refusal["code"]) == (409, "conversation_closed")


async def test_a_message_sent_again_is_the_first_one(clients: Clients, guest: Callable[[], Person]) -> None:
    customer = guest()
    conversation_id = await clients.start_conversation(customer)
    body = {"conversationId": conversation_id, "content": "Once", "clientMessageId": "an-id"}
    _, first = await clients.rest("POST", "messages", customer, json=body)
    socket = await clients.chat(customer)
    again = await socket.done(
        "chat-message", {"chatId": conversation_id, "text": "Once", "clientMessageId": "an-id"}
    )
    assert again["messageId"] == first["data"]["_id"], "over a socket too"


async def test_tokens_are_given_for_a_password_and_for_a_refresh_token(clients: Clients) -> None:
    credentials = {"email": "Alice@Example.com ", "password": DEMO_PASSWORD}
    status, tokens = await clients.rest("POST", "/api/v1/auth/token", json=credentials)
    assert (status, set(tokens)) == (200, {"access", "refresh"})
    refresh = {"refresh": tokens["refresh"]}
    status, again = await clients.rest("POST", "/api/v1/auth/token/refresh", json=refresh)
    assert (status, set(again)) == (200, {"access", "refresh"})
    status, _ = await clients.rest("GET", "support/conversations", again)
    assert status == 200
    wrong = {**credentials, "password": "wrong"}
    status, refusal = await clients.rest("POST", "/api/v1/auth/token", json=wrong)
    assert (status, refusal["success"]) == (401, False)
    nobody = {**credentials, "email": "nobody@example.com"}
    assert await clients.rest("POST", "/api/v1/auth/token", json=nobody) == (401, refusal), "nobody can probe"


async def test_others_are_served_while_somebody_sends_nonsense(
    clients: Clients, guest: Callable[[], Person]
) -> None:
    customer, nuisance = guest(), guest()
    conversation_id = await clients.start_conversation(customer)
    socket = await clients.chat(customer, chatId=conversation_id)
    for text in (b"{", b"[" * 100_000, b'{"content": "\xff\xfe"}', b"\0" * 1000):
        headers: dict[str, Any] = {"Content-Type": "application/json"}
        await clients.rest("POST", "messages", nuisance, data=text, headers=headers)
    await socket.done("chat-message", {"chatId": conversation_id, "text": "Still here"})
    assert socket.disconnects == 0
