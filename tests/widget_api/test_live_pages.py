"""Pages, tabs and identities at a running helpdesk, over both transports."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import aiohttp
import pytest

from tests.support.live import Live, World
from tests.support.live_clients import Clients, Person, Refused

pytestmark = [pytest.mark.processes]

SHOP, FOREIGN = "https://shop.example", "https://evil.example"
TRANSPORTS = ("polling", "websocket")
TABS = 5


@pytest.fixture
def sheila(world: World) -> Person:
    """A visitor of the widget that stands on shop.example."""
    person: Person = world["people"]["sheila"]
    return person


async def handshake_status(live: Live, transport: str, origin: str | None, **headers: str) -> int:
    """What a handshake is answered; 101 for a WebSocket that opens."""
    url = f"{live.url}/socket.io/?EIO=4&transport={transport}"
    if origin is not None:
        headers["Origin"] = origin
    async with aiohttp.ClientSession() as http:
        if transport == "websocket":
            try:
                async with http.ws_connect(url, headers=headers):
                    return 101
            except aiohttp.WSServerHandshakeError as refused:
                return refused.status
        async with http.get(url, headers=headers) as answer:
            assert answer.headers.get("Access-Control-Allow-Origin") == (
                None if answer.status == 403 else origin
            )
            return answer.status


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_handshake_lets_in_the_pages_of_any_widget_and_no_others(
    live: Live, world: World, transport: str
) -> None:
    good = 101 if transport == "websocket" else 200
    assert await handshake_status(live, transport, SHOP) == good
    assert await handshake_status(live, transport, live.url) == good
    assert await handshake_status(live, transport, None) == good
    for origin in (FOREIGN, "null", "http://shop.example", f"{SHOP}.evil.example"):
        assert await handshake_status(live, transport, origin) == 403, origin
        # A browser adds the agent's session: it opens nothing here.
        assert await handshake_status(live, transport, origin, Cookie="sessionid=stolen") == 403


async def refusal(clients: Clients, person: Person, transport: str, origin: str | None) -> str | None:
    """The code with which a namespace refuses a person on a page; None when both let it in."""
    try:
        for namespace in ("/", "/chat"):
            auth = {"token": person["access"]}
            await clients.socket_saying(namespace, auth, transports=[transport], origin=origin)
    except Refused as refused:
        return str(refused.answer["data"]["code"])
    return None


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_namespace_lets_a_visitor_in_from_its_own_widgets_pages_alone(
    live: Live, clients: Clients, world: World, sheila: Person, transport: str
) -> None:
    others = [world["guests"][-1], world["people"]["ana"], world["people"]["sam"], world["people"]["olaf"]]
    assert await refusal(clients, sheila, transport, SHOP) is None
    for person in (sheila, *others):
        assert await refusal(clients, person, transport, None) is None, "programs send no origin"
        assert await refusal(clients, person, transport, live.url) is None
    for person in others:
        assert await refusal(clients, person, transport, SHOP) == "forbidden", person["email"]


async def test_a_preflight_is_answered_as_the_page_deserves(live: Live, world: World) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/api/v1/chat/me", f"/api/v1/widget/{world['shop']['key']}/token", "/socket.io/"):
            for origin, allowed in ((SHOP, SHOP), (FOREIGN, None)):
                asked = {
                    "Origin": origin,
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization,content-type",
                }
                async with http.options(live.url + path, headers=asked) as answer:
                    assert answer.headers.get("Access-Control-Allow-Origin") == allowed, (path, origin)
                    if allowed:
                        assert "authorization" in answer.headers["Access-Control-Allow-Headers"]


async def test_rest_holds_a_page_to_its_widget(clients: Clients, world: World, sheila: Person) -> None:
    ana = world["people"]["ana"]
    for person, origin, expected in ((sheila, SHOP, 200), (sheila, FOREIGN, 403), (ana, SHOP, 403)):
        status, _ = await clients.rest("GET", "me", person, headers={"Origin": origin})
        assert status == expected


async def test_five_tabs_of_one_signed_visitor_at_once_are_one_visitor_in_one_conversation(
    clients: Clients, world: World
) -> None:
    shop = world["shop"]
    said = {
        "name": "Tab",
        "userId": "tab-user",
        "userHash": hmac.new(shop["secret"].encode(), b"tab-user", hashlib.sha256).hexdigest(),
    }
    all_open = asyncio.Barrier(TABS)

    async def open_tab(number: int) -> tuple[str, str]:
        await all_open.wait()
        path = f"/api/v1/widget/{shop['key']}/token"
        status, body = await clients.rest("POST", path, json=said, headers={"Origin": SHOP})
        assert status == 200, body
        auth: dict[str, Any] = {"token": body["access"]}
        tab = await clients.socket_saying("/chat", auth, transports=[TRANSPORTS[number % 2]], origin=SHOP)
        await all_open.wait()
        chat = (await tab.done("join-chat", {}))["chat"]
        return body["visitor"]["_id"], chat["chatId"]

    tabs = await asyncio.gather(*map(open_tab, range(TABS)))

    assert len(set(tabs)) == 1
    [(_, chat_id)] = set(tabs)
    status, listed = await clients.rest("GET", "support/conversations?limit=100", world["people"]["sam"])
    assert status == 200
    of_this_visitor = [one["_id"] for one in listed["data"] if one["userId"]["first_name"] == "Tab"]
    assert of_this_visitor == [chat_id]
