"""Pings, pongs and what happens without them."""

import asyncio
import time
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.socketio_clients import RECORD_SEPARATOR, Polling, RawWebSocket, join, open_session

INTERVAL, TIMEOUT = 0.3, 1.0


async def test_a_polling_client_is_pinged_again_after_each_pong(http, uvicorn):
    session = await Polling(http, uvicorn.engineio).open()
    for _ in range(3):
        began = time.monotonic()
        assert await session.get() == (200, "2")
        assert time.monotonic() - began > INTERVAL / 2
        assert await session.post("3") == (200, "ok")


async def test_a_polling_client_is_pinged_however_much_else_it_is_sent(http, uvicorn):
    session = await Polling(http, uvicorn.engineio).open()
    began = time.monotonic()
    pings = others = 0
    while pings < 3:
        await session.post("4x")
        _, body = await session.get()
        packets = body.split(RECORD_SEPARATOR)
        pings += packets.count("2")
        others += packets.count("4x")
        if "2" in packets:
            await session.post("3")
    assert others > pings
    assert time.monotonic() - began < 3 * (INTERVAL + TIMEOUT), "clients wait no longer for a ping"


async def test_a_websocket_client_is_pinged_again_after_each_pong(uvicorn):
    async with await open_session(uvicorn.engineio) as websocket:
        await websocket.pinged(3)
        assert websocket.is_open


@pytest.mark.parametrize("packet", ["", "4hello", "6"])
async def test_nothing_but_a_pong_keeps_a_client_alive(uvicorn, packet):
    async with await open_session(uvicorn.engineio, answers_pings=False) as websocket:
        began = time.monotonic()
        while websocket.is_open and time.monotonic() - began < 4:
            if packet:
                with suppress(ConnectionClosed):  # it may be closed while we send
                    await websocket.send(packet)
            await asyncio.sleep(0.1)
        assert INTERVAL + TIMEOUT - 0.1 < time.monotonic() - began < INTERVAL + TIMEOUT + 1.5


async def test_a_silent_polling_client_is_forgotten(http, uvicorn):
    session = await Polling(http, uvicorn.engineio).open()
    await asyncio.sleep(INTERVAL + TIMEOUT + 0.1)
    assert (await session.get())[0] == 400


async def test_pongs_that_nobody_asked_for_do_not_put_off_the_pings(uvicorn):
    async with await open_session(uvicorn.engineio) as websocket:
        for _ in range(10):
            await websocket.send("3")
            await asyncio.sleep(0.05)
        assert websocket.pings


async def test_a_ping_from_the_client_closes_the_connection(uvicorn):
    async with await open_session(uvicorn.engineio) as websocket:
        await websocket.send("2")
        await websocket.closed(0.15)


async def test_a_client_that_joins_no_namespace_is_closed(server):
    async with await open_session(server.socketio) as idle, await open_session(server.socketio) as member:
        await join(member)
        await idle.closed(2.5)
        assert idle.pings >= 2, "it was alive all the time"
        assert member.is_open


async def test_namespaces_hear_the_heartbeat_even_while_a_handler_waits(uvicorn):
    async with await open_session(uvicorn.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["slow",0.8]', '422["heartbeats"]')
        assert await websocket.receive() == '431[{"ok":true,"slept":0.8}]'
        assert int((await websocket.receive()).removeprefix("432[").removesuffix("]")) >= 1


async def test_attachments_that_do_not_come_close_the_connection(uvicorn):
    async with await RawWebSocket.open(uvicorn.socketio) as websocket:
        await websocket.receive()
        await join(websocket)
        began = time.monotonic()
        await websocket.send('451-["message",{"_placeholder":true,"num":0}]')
        await websocket.closed(4)
        assert 0.9 < time.monotonic() - began < 2.5
