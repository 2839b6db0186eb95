"""A process that is told to end lets its clients go: nothing is lost, and they go on elsewhere."""

import asyncio
import json
import signal
import socket
import time

import aiohttp
import pytest

from tests.consumers.processes.conftest import GRACE_SECONDS
from tests.consumers.processes.test_recovery import Recoverable, say
from tests.support.socketio_clients import Polling, RawWebSocket, join, open_session

SERVER_RESTARTS = 1012


@pytest.fixture
def gateway(mortals):
    """Two processes, each of which a test may end."""
    mortals.revive()
    return mortals


async def ended(server, within):
    """Wait until a process has ended; return how."""
    async with asyncio.timeout(within):
        while server.process.poll() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return signal.Signals(-server.process.returncode)


async def takes_no_connections(server):
    async with asyncio.timeout(1):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            except ConnectionRefusedError:
                return
            writer.close()
            await asyncio.sleep(0.01)


async def test_what_was_asked_for_is_acked_and_then_the_client_is_told_to_go(gateway):
    async with await open_session(gateway.a.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["slow",0.5]')
        gateway.a.process.terminate()
        await takes_no_connections(gateway.a)
        assert await websocket.receive() == '431[{"ok":true,"slept":0.5}]'
        assert await websocket.closed() == SERVER_RESTARTS
    assert await ended(gateway.a, 1) is signal.SIGTERM


async def test_a_client_that_polls_gets_its_ack_through_another_process_and_then_the_close(http, gateway):
    session = await Polling(http, gateway.a.socketio).open()
    await session.join()
    session.address = gateway.b.socketio
    await session.post('421["slow",0.5]\x1e422["answer"]')
    gateway.a.process.terminate()
    assert await session.receive(2) == ['431[{"ok":true,"slept":0.5}]', '432[{"ok":true}]']
    assert await session.receive() == ["1"]
    assert (await session.get())[0] == 400
    assert await ended(gateway.a, 1) is signal.SIGTERM


async def test_handlers_are_told_who_has_gone_before_the_process_ends(gateway):
    async with await open_session(gateway.a.socketio) as websocket:
        await websocket.send("40/slow")
        sid = json.loads((await websocket.receive()).removeprefix("40/slow,"))["sid"]
        gateway.a.process.terminate()
        await websocket.closed()
    assert await ended(gateway.a, 1) is signal.SIGTERM
    assert f"{sid} has been seen off" in gateway.a.said()


async def test_nothing_is_read_any_more_while_a_client_s_last_commands_are_finished(gateway):
    async with await open_session(gateway.a.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["slow",0.5]')
        gateway.a.process.terminate()
        await takes_no_connections(gateway.a)
        await asyncio.sleep(0.1)
        for number in range(2, 50):
            await websocket.send(f'42{number}["answer"]')
        assert await websocket.receive() == '431[{"ok":true,"slept":0.5}]'
        assert await websocket.closed() == SERVER_RESTARTS
        acked = 0
        while not websocket.has_nothing_more:
            await websocket.receive()
            acked += 1
        assert acked <= 1, "who sends on would never be let go"
    assert await ended(gateway.a, 1) is signal.SIGTERM


async def test_who_comes_back_takes_its_socket_along_and_is_told_what_it_missed(gateway):
    speaker = await open_session(gateway.b.socketio)
    await join(speaker)
    client = await Recoverable().connect(gateway.a)
    await client.ask("join", "room")
    gateway.a.process.terminate()
    assert await client.websocket.closed() == SERVER_RESTARTS
    await say(speaker, "room", 1, 2)
    await client.connect(gateway.b)
    assert client.recovered
    assert client.missed == [["said", 1], ["said", 2]]
    await say(speaker, "room", 3)
    assert await client.next() == ["said", 3]
    assert await ended(gateway.a, 1) is signal.SIGTERM
    await client.websocket.connection.close()
    await speaker.connection.close()


async def test_a_socket_is_found_though_the_process_that_its_secret_names_has_ended(gateway):
    client = await Recoverable().connect(gateway.a)
    await client.ask("join", "room")
    gateway.a.process.terminate()
    await client.websocket.closed()
    await client.connect(gateway.b)
    assert client.recovered
    await client.breaks()
    await ended(gateway.a, 1)
    gateway.revive()  # while which nobody here answers a ping
    speaker = await open_session(gateway.b.socketio)
    await join(speaker)
    await say(speaker, "room", 1)
    for server in (gateway.a, gateway.b):
        await client.connect(server)
        assert client.recovered
        await client.breaks()
    await speaker.connection.close()


async def test_a_poll_that_the_process_passes_on_is_answered_and_its_session_goes_on(http, gateway):
    session = await Polling(http, gateway.a.socketio).open()
    await session.join()
    session.address = gateway.b.socketio
    poll = await session.waiting_poll()
    gateway.b.process.terminate()
    assert await poll == (200, "6")
    session.address = gateway.a.socketio
    await session.post('421["answer"]')
    assert await session.receive() == ['431[{"ok":true}]']
    await session.post("1")
    assert await ended(gateway.b, 1) is signal.SIGTERM


async def test_who_has_moved_to_another_process_is_not_waited_for_and_stays_there(http, gateway):
    session = await Polling(http, gateway.a.socketio).open()
    await session.join()
    async with await RawWebSocket.open(
        gateway.b.socketio, f"EIO=4&transport=websocket&sid={session.sid}"
    ) as websocket:
        await websocket.send("2probe", "5", '421["answer"]')
        assert [await websocket.receive() for _ in range(2)] == ["3probe", '431[{"ok":true}]']
        gateway.a.process.terminate()
        assert await ended(gateway.a, 1.5) is signal.SIGTERM
        await websocket.send('422["answer"]')
        assert await websocket.receive() == '432[{"ok":true}]'


async def test_who_comes_over_a_connection_that_was_there_before_is_not_cut_off(gateway):
    there_before = socket.create_connection(("127.0.0.1", gateway.a.port))
    busy = await open_session(gateway.a.socketio)  # accepted later, so that one has been, too
    await join(busy)
    await busy.send('421["slow",1.2]')
    gateway.a.process.terminate()
    await takes_no_connections(gateway.a)
    async with await open_session(gateway.a.socketio, sock=there_before) as late:
        await join(late)
        await late.send('421["slow",1.2]')
        assert await late.receive() == '431[{"ok":true,"slept":1.2}]'
        assert await late.closed() == SERVER_RESTARTS
    await busy.closed()
    assert await ended(gateway.a, 1) is signal.SIGTERM


async def test_many_clients_are_let_go_one_after_the_other(gateway):
    clients = [await open_session(gateway.a.socketio) for _ in range(60)]
    for client in clients:
        await join(client)
    gateway.a.process.terminate()
    gone = []

    async def watch(client):
        assert await client.closed() == SERVER_RESTARTS
        gone.append(time.monotonic())

    await asyncio.gather(*map(watch, clients))
    assert gone[-1] - gone[0] > 0.3
    assert await ended(gateway.a, 2) is signal.SIGTERM


async def test_a_second_signal_ends_it_at_once(gateway):
    websocket = await open_session(gateway.a.socketio)
    await join(websocket)
    await websocket.send('421["slow",30]')
    gateway.a.process.terminate()
    await takes_no_connections(gateway.a)
    assert websocket.is_open
    gateway.a.process.terminate()
    assert await ended(gateway.a, 0.5) is signal.SIGTERM
    await websocket.closed()


async def test_what_is_not_done_within_the_grace_time_is_cut(gateway):
    websocket = await open_session(gateway.a.socketio)
    await join(websocket)
    await websocket.send('421["slow",30]')
    began = time.monotonic()
    gateway.a.process.terminate()
    await websocket.closed()
    assert await ended(gateway.a, GRACE_SECONDS + 1) is signal.SIGTERM, "not by the kernel"
    assert GRACE_SECONDS / 2 < time.monotonic() - began < GRACE_SECONDS + 0.5


async def test_an_idle_connection_is_closed_and_takes_no_request(gateway):
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.a.port)
    writer.write(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = await reader.readuntil(b"}")
    assert json.loads(answer[answer.index(b"{") :])["sid"]
    gateway.a.process.terminate()
    assert await asyncio.wait_for(reader.read(), 1) == b""
    writer.close()
    await ended(gateway.a, GRACE_SECONDS + 1)
    with pytest.raises(aiohttp.ClientError):
        async with aiohttp.ClientSession() as session:
            await session.get(gateway.a.socketio)
