"""The two places of the chat endpoints, addresses that lead nowhere, methods, and the schema."""

from __future__ import annotations

import re
from collections.abc import Callable

import aiohttp
import pytest
from django.urls import resolve

from helpdesk.paths import BASE_DIR
from tests.api.endpoints import ENDPOINTS, METHODS, PLACEHOLDER
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person

pytestmark = [pytest.mark.processes, ON_SQLITE]


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


def test_chat_has_the_same_endpoints_in_both_places() -> None:
    long = {
        str(endpoint).replace("api/v1/", "") for endpoint in ENDPOINTS if "api/v1/chat/" in endpoint.route
    }
    short = {str(endpoint) for endpoint in ENDPOINTS if endpoint.route.startswith("chat/")}
    assert long == short
    assert len(short) >= 10


def test_both_places_lead_to_the_same_code() -> None:
    for endpoint in ENDPOINTS:
        if endpoint.route.startswith("chat/"):
            path = endpoint.path_to("a")
            assert resolve(path).func.cls is resolve(f"/api/v1{path}").func.cls, path


NOWHERE = [
    "/api/v1/",
    "/api/v1/nothing",
    "/api/v1/nothing/",
    "/api/v1/chat",
    "/api/v1/chat/",
    "/api/v1/chat/nothing",
    "/api/v1/chat/conversations/",
    "/api/v1/chat/conversations/a/b/c",
    "/api/v1/chat/%00",
    "/api/v1/chat/%ED%A0%80",
    "/api/v1/chat/" + "x" * 5000,
    "/api/v1/auth",
    "/chat/",
    "/chat/nothing",
    "/chat/auth/token",
    "/chat/conversations/a/nothing",
]


@pytest.mark.parametrize("path", NOWHERE, ids=[path[:40] for path in NOWHERE])
async def test_an_unknown_address_answers_in_the_envelope(
    path: str, clients: Clients, guest: Callable[[], Person]
) -> None:
    for person in (None, guest()):
        for method in METHODS:
            status, body = await clients.rest(method, path, person)
            assert (status, body["success"]) == (404, False), method
            assert set(body) == {"success", "message", "code"}


async def test_a_method_that_an_endpoint_has_not_is_refused(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    person = guest()
    for route in {endpoint.route for endpoint in ENDPOINTS}:
        endpoints = [endpoint for endpoint in ENDPOINTS if endpoint.route == route]
        for method in {method.upper() for method in METHODS} - {endpoint.method for endpoint in endpoints}:
            status, body = await clients.rest(method, endpoints[0].path_to(world["widgetKey"]), person)
            assert (status, body["success"]) == (405, False), (method, route)


@pytest.mark.parametrize("value", ["%00", "a%00b", "%ED%A0%80", "%FF%FE", "%2e%2e", "x" * 3000, "%D9%A1"])
async def test_an_awkward_address_is_not_found(
    value: str, clients: Clients, guest: Callable[[], Person]
) -> None:
    for path in (f"conversations/{value}", f"messages/{value}", f"/api/v1/widget/{value}/profile"):
        status, body = await clients.rest("GET", path, guest(), encoded=True)
        assert (status, body["success"]) == (404, False), path


async def test_the_schema_names_every_endpoint(clients: Clients) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{clients.url}/api/v1/schema/?format=json") as response,
    ):
        assert response.status == 200
        schema = await response.json(content_type=None)
    named = {
        f"{method.upper()} {path.removeprefix('/')}"
        for path, methods in schema["paths"].items()
        for method in methods
    }
    assert named == {endpoint.name_in_schema for endpoint in ENDPOINTS}
    async with aiohttp.ClientSession() as http, http.get(f"{clients.url}/api/v1/schema/browse/") as page:
        assert (page.status, page.content_type) == (200, "text/html")


def test_the_documentation_names_every_endpoint_and_no_other() -> None:
    rest = (BASE_DIR / "docs" / "protocol.md").read_text().partition("\n## REST")[2].partition("\n###")[0]
    named = {
        f"{method} {re.sub(r'{[^}]*}', '{}', path.removeprefix('/api/v1/'))}"
        for method, path in re.findall(r"`(GET|POST|PATCH|DELETE) ([\w/{} -]+)[^`]*`", rest)
    }
    routes = {
        (endpoint.method, endpoint.route.removeprefix("api/v1/").removeprefix("chat/"))
        for endpoint in ENDPOINTS
    }
    assert named == {f"{method} {PLACEHOLDER.sub('{}', route)}" for method, route in routes}
