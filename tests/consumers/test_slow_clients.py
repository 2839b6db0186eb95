"""Clients that do not read, or not fast enough."""

import asyncio

from chat.consumers.outbox import CODE_NORMAL, MAX_OUTBOX_SIZE, WebSocketOutbox
from tests.support.socketio_clients import Polling, RawWebSocket, join, open_session


class Line:
    """Stands for a server's `send`, which waits while the line is held."""

    def __init__(self):
        self.sent = []
        self.open = asyncio.Event()
        self.open.set()
        self.aborted = False

    async def send(self, message):
        await self.open.wait()
        self.sent.append(message.get("text", message.get("bytes", message.get("code"))))

    def outbox(self, *, text_only=False):
        return WebSocketOutbox(self.send, text_only=text_only, abort=self.abort)

    def abort(self):
        self.aborted = True


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_free_line_is_written_to_without_a_turn_of_the_loop():
    line = Line()
    outbox = line.outbox()
    outbox.send_frame('2["a"]')
    outbox.send_packet("2")
    outbox.send_packet(b"x")
    outbox.send_packet(b"")
    assert line.sent == ['42["a"]', "2", b"x", "b"]


async def test_order_holds_while_the_line_is_held_and_after():
    line = Line()
    outbox = line.outbox(text_only=True)
    outbox.send_packet("a")
    line.open.clear()
    outbox.send_packet("b")
    outbox.send_packet(b"c")
    assert line.sent == ["a"]
    line.open.set()
    outbox.send_packet("d")
    assert line.sent == ["a"], "nothing overtakes what waits"
    await settle()
    assert line.sent == ["a", "b", "bYw==", "d"]
    outbox.send_packet("e")
    assert line.sent[-1] == "e"


async def test_too_much_waiting_ends_the_connection_and_is_forgotten():
    line = Line()
    line.open.clear()
    outbox = line.outbox()
    outbox.send_packet("first")
    outbox.send_packet("x" * MAX_OUTBOX_SIZE)
    assert not line.aborted
    outbox.send_packet("y")
    assert line.aborted
    line.open.set()
    await settle()
    assert line.sent == []


async def test_the_close_comes_after_what_waits_and_ends_sending():
    line = Line()
    line.open.clear()
    outbox = line.outbox()
    outbox.send_packet("last")
    outbox.close()
    outbox.send_packet("too late")
    line.open.set()
    await settle()
    assert line.sent == ["last", CODE_NORMAL]


async def test_a_client_that_does_not_read_is_dropped_and_delays_no_other(uvicorn):
    deaf = await RawWebSocket.open(uvicorn.socketio, answers_pings=False, compression=None)
    async with await open_session(uvicorn.socketio) as witness:
        await join(witness)
        await deaf.receive()
        deaf_id = await join(deaf)
        await deaf.send('42["burst",800,100000]')
        deaf.connection.transport.pause_reading()
        async with asyncio.timeout(5):
            while True:
                await witness.send('421["departures"]')
                if deaf_id in await witness.receive():
                    break
        deaf.connection.transport.abort()


async def test_a_client_that_reads_gets_a_large_burst_in_order(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["burst",200,1000]')
        for number in range(200):
            assert (await websocket.receive()).startswith(f'42["tick",{number},')
        assert await websocket.receive() == '431[{"ok":true}]'


async def test_a_polling_client_that_stops_polling_is_dropped(http, uvicorn):
    session = await Polling(http, uvicorn.socketio).open()
    await session.join()
    await session.post('42["burst",60,100000]')
    statuses = [(await session.post('42["message"]'))[0] for _ in range(5)]
    assert statuses[-1] == 400
