"""What socket_io_client 3.x sends on the Dart VM (Flutter on phones and desktops), and what its typed code
needs in return. Dart itself is not run: these are the bytes that its sources say it sends.
"""

import json

import pytest

from tests.support.socketio_clients import RawWebSocket, join

# Without setTransports(['websocket']) it says "polling" and opens a WebSocket; the user's query comes first.
DEFAULT = "token=abc&EIO=4&transport=polling"
CONFIGURED = "token=abc&EIO=4&transport=websocket"


async def dial(address, query=DEFAULT):
    """A WebSocket as dart:io opens it: it offers compression, and sends no Origin."""
    return await RawWebSocket.open(
        address,
        query,
        origin=None,
        compression="deflate",
        user_agent_header="Dart/3.13 (dart:io)",
        additional_headers={"X-App": "shop"},
    )


@pytest.fixture(
    params=[("uvicorn", DEFAULT), ("uvicorn", CONFIGURED), ("daphne", DEFAULT)],
    ids=["defaults", "websocket", "daphne"],
)
async def flutter(request):
    server, query = request.param
    async with await dial(request.getfixturevalue(server).socketio, query) as websocket:
        yield websocket


async def test_the_handshake_fits_its_types(flutter):
    opened = await flutter.receive()
    handshake = json.loads(opened[1:])
    assert type(handshake["sid"]) is str
    assert handshake["upgrades"] == []
    for key in ("pingInterval", "pingTimeout", "maxPayload"):
        assert type(handshake[key]) is int, "25000.0 throws"
    assert "." not in opened.partition("pingInterval")[2]


async def test_it_joins_without_a_payload_and_stays(flutter):
    await flutter.receive()
    await flutter.send("40")
    assert (await flutter.receive()).startswith('40{"sid":"')
    assert await flutter.receive() == '42["auth",{}]'
    await flutter.pinged(3)
    await flutter.send('421["answer"]')
    assert await flutter.receive() == '431[{"ok":true}]'


async def test_no_packet_of_an_upgrade_or_of_polling_reaches_it(flutter):
    await flutter.receive()
    await join(flutter)
    await flutter.pinged(2)
    assert flutter.has_nothing_more, "its transport knows no noop before an upgrade"


async def test_it_joins_the_namespace_of_its_address_with_a_payload(flutter):
    await flutter.receive()
    await flutter.send('40/custom,{"token":"t"}')
    assert (await flutter.receive()).startswith('40/custom,{"sid":"')
    assert await flutter.receive() == '42/custom,["auth",{"token":"t"}]'


async def test_a_refusal_is_a_map_and_leaves_the_connection(flutter):
    await flutter.receive()
    await flutter.send('40/denied,{"token":"wrong"}')
    answer = (await flutter.receive()).removeprefix("44/denied,")
    assert json.loads(answer) == {"message": "not authorized", "data": {"code": "E_AUTH", "retry": False}}
    await flutter.send('40/denied,{"token":"ok"}')
    assert (await flutter.receive()).startswith('40/denied,{"sid":"')


async def test_what_it_said_when_it_dialed_is_known(flutter):
    await flutter.receive()
    await join(flutter)
    await flutter.send('421["handshake"]')
    handshake = json.loads((await flutter.receive()).removeprefix("431"))[0]
    assert handshake["query"]["token"] == "abc"
    assert handshake["header"]["x-app"] == "shop"
    assert "origin" not in handshake["header"]


async def test_binary_data_goes_both_ways(flutter):
    await flutter.receive()
    await join(flutter)
    await flutter.send('451-7["message-with-ack",{"_placeholder":true,"num":0}]', b"\x01\x02")
    assert [await flutter.receive() for _ in range(2)] == [
        '461-7[{"_placeholder":true,"num":0}]',
        b"\x01\x02",
    ]


@pytest.mark.parametrize("query", [DEFAULT, CONFIGURED])
async def test_with_force_base64_binary_data_is_text_both_ways(uvicorn, query):
    async with await dial(uvicorn.socketio, f"{query}&b64=1") as flutter:
        await flutter.receive()
        await join(flutter)
        await flutter.send('451-["message",{"_placeholder":true,"num":0}]', "bAQI=")
        assert [await flutter.receive() for _ in range(2)] == [
            '451-["message-back",{"_placeholder":true,"num":0}]',
            "bAQI=",
        ]


async def test_it_comes_back_as_somebody_new(uvicorn):
    async with await dial(uvicorn.socketio) as flutter:
        first = json.loads((await flutter.receive())[1:])["sid"]
        await join(flutter)
    async with await dial(uvicorn.socketio) as flutter:
        assert json.loads((await flutter.receive())[1:])["sid"] != first
        await join(flutter)
