"""Clients that do not read, or not fast enough."""

import asyncio
import json
import socket
from pathlib import Path

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

    def write_frame(self, frame):
        if not self.open.is_set():
            return False
        self.sent.append(frame)
        return True

    def outbox(self, *, text_only=False, write_frame=None):
        return WebSocketOutbox(self.send, text_only=text_only, abort=self.abort, write_frame=write_frame)

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


async def test_finished_frames_go_past_a_free_line_and_wait_for_their_turn_else():
    line = Line()
    outbox = line.outbox(write_frame=line.write_frame)
    outbox.send_frame("a")
    line.open.clear()
    outbox.send_frame("b")
    outbox.send_packet("c")
    line.open.set()
    outbox.send_frame("d")
    assert line.sent == [b"\x81\x024a"], "nothing overtakes what waits"
    await settle()
    outbox.send_frame("e")
    outbox.close()
    outbox.send_frame("f")
    assert line.sent == [b"\x81\x024a", "4b", "c", "4d", b"\x81\x024e", CODE_NORMAL]


async def test_too_much_waiting_ends_the_connection_and_is_forgotten():
    line = Line()
    line.open.clear()
    outbox = line.outbox()
    outbox.send_packet("first")
    outbox.send_packet("x" * (MAX_OUTBOX_SIZE - 1_000))
    assert not line.aborted
    outbox.send_packet("y" * 1_000)
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


def memory_of(process, field):
    """Bytes that a process takes, as Linux counts them: `VmRSS` now, `VmHWM` the most it ever took."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0]) * 1024


LARGE = f'42["message","{"x" * 50_000}"]'
NOISE = {
    "large packets": LARGE,
    "packets of emoji": f'42["message","{"🎉" * 10_000}"]',
    "many small packets": '42["burst",1000]',
}
DEAF = 4
"""So many at once, so that what the process has to spare makes little difference."""
KERNEL_PACKETS = 60
"""Large ones, which fill the system's own buffers: small ones would take long to."""


async def open_deaf(server):
    """A client that does not read, with little room on its own side."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    client = await RawWebSocket.open(server.socketio, answers_pings=False, compression=None, sock=line)
    await client.receive()
    deaf_id = await join(client)
    client.connection.transport.pause_reading()
    return deaf_id, client


async def test_clients_that_never_read_cost_little_whatever_they_are_sent(patient):
    async with await open_session(patient.socketio) as witness:
        await join(witness)
        for name, packet in NOISE.items():
            deaf = dict([await open_deaf(patient) for _ in range(DEAF)])
            Path(f"/proc/{patient.process.pid}/clear_refs").write_text("5")  # VmHWM begins anew
            before = memory_of(patient.process, "VmHWM")
            for client in deaf.values():
                await client.send(*[LARGE] * KERNEL_PACKETS)
            while deaf:
                for client in deaf.values():
                    await client.send(packet)
                await witness.send('421["departures"]')
                for socket_id, reason in json.loads((await witness.receive()).removeprefix("431"))[0]:
                    if socket_id in deaf:
                        assert reason == "transport close"
                        deaf.pop(socket_id).connection.transport.abort()
            grown = memory_of(patient.process, "VmHWM") - before
            assert grown <= DEAF * 8 * 1024 * 1024, f"{name}: {grown:,} bytes"


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
