"""From polling to WebSocket: the probe, the switch, and what may go wrong on the way."""

import asyncio
import json

import pytest

from tests.support.socketio_clients import Polling, RawWebSocket, again_when_a_ping_comes


@pytest.fixture
async def new_session(http, server):
    """Call it for a session whose WebSockets are gone with the test."""
    sessions = []

    async def make():
        session = await Polling(http, server.engineio).open()
        session.websockets = []
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        for websocket in session.websockets:
            await websocket.connection.close()


@pytest.fixture
async def session(new_session):
    return await new_session()


async def upgrade_of(session):
    websocket = await RawWebSocket.open(session.address, f"EIO=4&transport=websocket&sid={session.sid}")
    session.websockets.append(websocket)
    return websocket


async def upgraded(session):
    websocket = await upgrade_of(session)
    await websocket.send("2probe")
    assert await websocket.receive() == "3probe"
    await websocket.send("5")
    return websocket


async def test_the_websocket_takes_over_with_what_was_buffered(session):
    websocket = await upgrade_of(session)
    await websocket.send("2probe")
    assert await websocket.receive() == "3probe"
    assert await session.answer() == (200, "6"), "a poll after the probe does not wait"
    assert await session.post("4one\x1ebAQ==\x1e4two") == (200, "ok"), "pushes go on by polling"
    await websocket.send("5", "4three")
    assert [await websocket.receive() for _ in range(4)] == ["4one", b"\x01", "4two", "4three"]
    await websocket.pinged(1)
    assert websocket.is_open


@again_when_a_ping_comes
async def test_a_waiting_poll_is_released_at_the_probe(new_session):
    session = await new_session()
    websocket = await upgrade_of(session)
    poll = await session.waiting_poll()
    await websocket.send("2probe")
    assert await websocket.receive() == "3probe"
    await asyncio.wait([poll], timeout=1)
    session.check_waited(poll)
    assert await poll == (200, "6")


async def test_until_the_upgrade_messages_go_by_polling(session):
    websocket = await upgrade_of(session)
    await websocket.send("2probe")
    await websocket.receive()
    await session.post("4hello")
    assert await session.receive() == ["4hello"]
    await websocket.send("5", "4after")
    assert await websocket.receive() == "4after"


async def test_probe_and_upgrade_may_come_together(session):
    websocket = await upgrade_of(session)
    await websocket.send("2probe", "5", "4hello")
    assert [await websocket.receive() for _ in range(2)] == ["3probe", "4hello"]


async def test_after_the_upgrade_polling_is_refused_and_the_session_unharmed(session):
    websocket = await upgraded(session)
    await websocket.send("4ready")
    await websocket.receive()
    for status, body in (await session.get(), await session.post("4x")):
        assert (status, json.loads(body)["code"]) == (400, 3)
    await websocket.send("4hello")
    assert await websocket.receive() == "4hello"


async def test_after_the_upgrade_another_websocket_is_accepted_and_closed(session):
    websocket = await upgraded(session)
    await websocket.send("4ready")
    await websocket.receive()
    second = await upgrade_of(session)
    await second.closed()
    await websocket.send("4hello")
    assert await websocket.receive() == "4hello"


async def test_while_one_websocket_tries_another_is_closed(session):
    first = await upgrade_of(session)
    await first.send("2probe")
    await first.receive()
    second = await upgrade_of(session)
    await second.closed()
    await first.send("5", "4hello")
    assert await first.receive() == "4hello"


@pytest.mark.parametrize("packets", [["5"], ["4hello"], ["2"], ["2probe", "4hello"], ["2probe", b"5"], []])
async def test_a_probe_that_fails_leaves_polling_as_it_was(session, packets):
    websocket = await upgrade_of(session)
    if packets:
        await websocket.send(*packets)
        await websocket.closed()
    else:
        await websocket.connection.close()
    await session.post("4hello")
    assert await session.receive(1) == ["4hello"]
    again = await upgraded(session)
    await again.send("4again")
    assert await again.receive() == "4again"


async def test_an_upgrade_that_takes_too_long_is_given_up(session):
    websocket = await upgrade_of(session)
    await websocket.send("2probe")
    await websocket.receive()
    polling = asyncio.create_task(session.receive(1))
    await websocket.closed()
    await session.post("4hello")
    assert "4hello" in await polling
