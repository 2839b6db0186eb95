"""Whose pages may use Socket.IO."""

import pytest
from websockets.exceptions import InvalidStatus

from tests.consumers.conftest import running
from tests.support.socketio_clients import RawWebSocket

LISTED = "https://shop.example"
FOREIGN = "https://evil.example"


@pytest.fixture(scope="module")
def strict():
    yield from running("--cors", LISTED)


async def websocket_status(server, origin, **headers):
    try:
        websocket = await RawWebSocket.open(server.socketio, origin=origin, additional_headers=headers)
    except InvalidStatus as refused:
        return refused.response.status_code
    await websocket.connection.close()
    return 101


async def test_listed_own_and_absent_origins_may_open_a_websocket(strict):
    assert await websocket_status(strict, LISTED) == 101
    assert await websocket_status(strict, strict.origin) == 101
    assert await websocket_status(strict, "https://help.example") == 101, "what the proxy calls us"
    assert await websocket_status(strict, None) == 101, "native apps send none"


@pytest.mark.parametrize("origin", [FOREIGN, "null", f"{LISTED}.evil.example", "http://shop.example", ""])
async def test_other_origins_may_not(strict, origin):
    assert await websocket_status(strict, origin) == 403


async def test_a_port_makes_another_origin(strict):
    assert await websocket_status(strict, "http://127.0.0.1:1") == 403


async def test_a_name_that_was_made_to_lead_here_is_not_ours(strict, http):
    headers = {"Origin": "http://evil.example", "Host": "evil.example"}
    async with http.get(f"{strict.socketio}?EIO=4&transport=polling", headers=headers) as response:
        assert response.status == 403


async def test_a_listed_page_may_read_the_answer_with_credentials(strict, http):
    async with http.get(f"{strict.socketio}?EIO=4&transport=polling", headers={"Origin": LISTED}) as response:
        assert response.status == 200
        assert response.headers["access-control-allow-origin"] == LISTED
        assert response.headers["access-control-allow-credentials"] == "true"
        assert response.headers["vary"] == "Origin"


async def test_a_foreign_page_is_refused_and_may_not_read(strict, http):
    async with http.get(
        f"{strict.socketio}?EIO=4&transport=polling", headers={"Origin": FOREIGN}
    ) as response:
        assert response.status == 403
        assert (await response.json())["code"] == 4
        assert "access-control-allow-origin" not in response.headers


async def test_a_foreign_preflight_allows_nothing(strict, http):
    async with http.options(strict.socketio, headers={"Origin": FOREIGN}) as response:
        assert response.status == 403
        assert "access-control-allow-origin" not in response.headers


async def test_a_foreign_page_may_not_go_on_with_a_session(strict, http):
    async with http.get(f"{strict.socketio}?EIO=4&transport=polling") as response:
        sid = (await response.text()).split('"')[3]
    url = f"{strict.socketio}?EIO=4&transport=polling&sid={sid}"
    async with http.post(url, data="40", headers={"Origin": FOREIGN}) as response:
        assert response.status == 403
    async with http.post(url, data="40", headers={"Origin": LISTED}) as response:
        assert response.status == 200
