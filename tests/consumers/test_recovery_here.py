"""Connection state recovery in one process: for whom, for how long, and of what."""

import argparse
import asyncio
import json

import pytest

from chat.consumers import recovery
from tests.consumers.test_fuzz import OPTIONS, PATH
from tests.support.asgi_clients import AsgiWebSocket
from tests.support.socketio_app import Application


@pytest.fixture
async def application(settings):
    """One that recovers everybody, whatever they ask for."""
    settings.CORS_ALLOWED_ORIGINS = ["*"]
    return Application(argparse.Namespace(**{**OPTIONS, "recovery": True}))


@pytest.fixture
async def connect(application):
    """Call it with what a client says of itself; returns it, and the answer to its CONNECT."""
    opened = []

    async def connect(**auth):
        websocket = AsgiWebSocket(application, PATH)
        opened.append(websocket)
        websocket.send(f"40{json.dumps(auth)}")
        return websocket, json.loads((await hears(websocket, "40"))[2:])

    yield connect
    for websocket in opened:
        await gone(websocket)


async def hears(websocket, start):
    """Wait for a packet that begins so."""
    async with asyncio.timeout(5):
        while True:
            for packet in websocket.received:
                if packet.startswith(start):
                    return packet
            await asyncio.sleep(0)


async def gone(websocket):
    websocket.close()
    await websocket.task


def arguments_of(packet):
    return json.loads(packet[2:])[1:]


async def test_a_server_may_recover_everyone(connect):
    _, reply = await connect()
    assert set(reply) == {"sid", "pid"}


@pytest.mark.parametrize(("seconds", "recovers"), [(120, True), (0.05, False)])
async def test_a_socket_waits_so_long_and_no_longer(connect, monkeypatch, seconds, recovers):
    monkeypatch.setattr(recovery, "RECOVERY_SECONDS", seconds)
    websocket, reply = await connect()
    _, offset = arguments_of(await hears(websocket, '42["auth"'))
    await gone(websocket)
    await asyncio.sleep(0.1)  # on the loop whose timer ends the waiting
    _, again = await connect(pid=reply["pid"], offset=offset)
    assert (again == reply) is recovers


async def test_what_is_for_now_or_never_has_no_offset_and_does_not_come_again(connect):
    websocket, reply = await connect()
    _, offset = arguments_of(await hears(websocket, '42["auth"'))
    websocket.send('421["volatile-burst",1]', '42["message",1]')
    assert arguments_of(await hears(websocket, '42["tick"')) == [0, ""]
    _, later = arguments_of(await hears(websocket, '42["message-back"'))
    await gone(websocket)
    websocket, again = await connect(pid=reply["pid"], offset=offset)
    assert again == reply
    missed = [packet for packet in websocket.received if packet.startswith("42")]
    assert missed == [f'42["message-back",1,"{later}"]']
