"""How many connections an address may have, how long one may do nothing, and how large an event may be."""

import asyncio
import json

import pytest
import websockets.exceptions

from tests.consumers.conftest import running
from tests.support.socketio_clients import Polling, http_client, join, open_session

CONNECTIONS, STRANGERS = 5, 2
MAX_EVENT = 65_536
CONNECT_TIMEOUT_SECONDS = 0.5


@pytest.fixture(scope="module")
def limited():
    """A server with limits, behind a proxy that says where its clients are."""
    yield from running(
        "--connections-per-address",
        str(CONNECTIONS),
        "--strangers-per-address",
        str(STRANGERS),
        "--max-event",
        str(MAX_EVENT),
        "--connect-timeout",
        str(CONNECT_TIMEOUT_SECONDS),
    )


def session_from(server, address):
    return open_session(server.socketio, additional_headers={"X-Forwarded-For": address})


def is_refusal(status, body):
    assert (status, json.loads(body)) == (403, {"code": 4, "message": "Too many connections"})
    return True


async def is_let_in(server, address):
    try:
        session = await session_from(server, address)
    except websockets.exceptions.InvalidStatus as refused:
        return not is_refusal(refused.response.status_code, refused.response.body)
    await session.connection.close()
    return True


async def until_let_in(server, address):
    async with asyncio.timeout(5):
        while not await is_let_in(server, address):  # noqa: ASYNC110 only by trying can one tell
            await asyncio.sleep(0.05)


async def test_an_address_has_so_many_strangers_and_no_more(limited):
    strangers = [await session_from(limited, "203.0.113.1") for _ in range(STRANGERS)]
    assert not await is_let_in(limited, "203.0.113.1")
    async with http_client() as http:
        polling = Polling(http, limited.socketio, **{"X-Forwarded-For": "203.0.113.1"})
        assert is_refusal(*await polling.get())
    assert await is_let_in(limited, "203.0.113.2"), "other addresses are others"
    await join(strangers[0])
    assert await is_let_in(limited, "203.0.113.1"), "who has joined a namespace is no stranger"
    await strangers[1].closed(within=CONNECT_TIMEOUT_SECONDS + 1)
    assert strangers[0].is_open
    await strangers[0].connection.close()


async def test_an_address_has_so_many_connections_and_no_more(limited):
    sessions = []
    for _ in range(CONNECTIONS):
        sessions.append(await session_from(limited, "203.0.113.3"))
        await join(sessions[-1])
    assert not await is_let_in(limited, "203.0.113.3")
    await sessions[0].connection.close()
    await until_let_in(limited, "203.0.113.3")
    for session in sessions[1:]:
        await session.connection.close()


async def test_a_network_of_ipv6_is_one_address(limited):
    strangers = [await session_from(limited, f"2001:db8::{number}") for number in range(STRANGERS)]
    assert not await is_let_in(limited, "2001:db8::ffff")
    assert await is_let_in(limited, "2001:db8:1::1")
    for stranger in strangers:
        await stranger.connection.close()


async def test_polling_sessions_count_and_are_counted_out(limited):
    async with http_client() as http:

        async def open_one():
            return await Polling(http, limited.socketio, **{"X-Forwarded-For": "203.0.113.4"}).open()

        sessions = [await open_one() for _ in range(STRANGERS)]
        assert not await is_let_in(limited, "203.0.113.4")
        await sessions[0].post("1")
        assert await is_let_in(limited, "203.0.113.4")
        # The other one vanishes without a word, and is closed because it has joined nothing.
        await open_one()
        await until_let_in(limited, "203.0.113.4")


async def test_this_machine_which_may_be_a_proxy_has_as_many_as_it_likes(limited):
    sessions = [await open_session(limited.socketio) for _ in range(2 * CONNECTIONS)]
    for session in sessions:
        await session.connection.close()


@pytest.mark.parametrize("leave", ["41", '42["kick"]'])
async def test_who_has_left_every_namespace_may_not_stay(leave, limited):
    websocket = await open_session(limited.socketio)
    await join(websocket)
    await asyncio.sleep(CONNECT_TIMEOUT_SECONDS + 0.2)
    assert websocket.is_open, "it is in a namespace"
    await websocket.send(leave)
    await asyncio.sleep(CONNECT_TIMEOUT_SECONDS / 2)
    assert websocket.is_open, "it may join again"
    await websocket.closed(within=CONNECT_TIMEOUT_SECONDS + 1)


async def test_who_joins_again_stays(limited):
    async with await open_session(limited.socketio) as websocket:
        await join(websocket)
        await websocket.send("41")
        await join(websocket)
        await asyncio.sleep(CONNECT_TIMEOUT_SECONDS + 0.3)
        assert websocket.is_open


async def test_who_joins_and_leaves_without_end_is_put_out(limited):
    async with await open_session(limited.socketio) as websocket:
        for _ in range(101):
            try:
                await websocket.send("40", "41")
            except websockets.exceptions.ConnectionClosed:
                break
        await websocket.closed()


def event_of(size, ack_id="1", character="x"):
    frame = f'42{ack_id}["message-with-ack","{{}}"]'
    filler = character * ((size - len(frame) + 2 + 1) // len(character.encode()))
    return frame.format(filler)


async def test_an_event_of_the_greatest_size_is_taken_and_a_larger_one_refused_unread(limited):
    async with await open_session(limited.socketio) as websocket:
        await join(websocket)
        await websocket.send(event_of(MAX_EVENT))
        assert len(await websocket.receive()) > MAX_EVENT - 100
        for large in (event_of(MAX_EVENT + 10), event_of(MAX_EVENT + 10, character="€"), event_of(900_000)):
            await websocket.send(large)
            answer = await websocket.receive()
            assert answer.startswith('431[{"ok":false,"error":{"code":"too_large"'), answer[:100]
        await websocket.send(event_of(900_000, ack_id=""))
        name, error = json.loads((await websocket.receive()).removeprefix("42"))
        assert (name, error["code"], error["event"]) == ("error", "too_large", None)
        await websocket.send("42" + "[" * 100_000)
        assert '"too_large"' in await websocket.receive(), "the size is looked at first"
        await websocket.send('421["answer"]')
        assert await websocket.receive() == '431[{"ok":true}]'


async def test_large_attachments_close_the_connection(limited):
    async with await open_session(limited.socketio) as websocket:
        await join(websocket)
        await websocket.send('452-["message",{"_placeholder":true,"num":0}]', b"x" * 40_000, b"x" * 40_000)
        await websocket.closed(within=1)


async def test_a_large_event_to_a_namespace_not_joined_closes_the_connection(limited):
    async with await open_session(limited.socketio) as websocket:
        await join(websocket)
        await websocket.send("42/custom," + event_of(100_000)[2:])
        await websocket.closed(within=1)
