"""Finished frames past `send`: in order with everything else, and never into a WebSocket that is not open."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn
import websockets.asyncio.client

from chat.socketio.websocket_frames import text_frame
from helpdesk.websocket_protocol import WebSocketProtocol

LARGE = "x" * 2_000


class Application:
    """Hands out what the server gave it."""

    def __init__(self):
        self.accepted = asyncio.Event()
        self.closed = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.send = send
        self.extension = scope["extensions"].get("websocket.preframed")
        if self.extension is not None:
            self.write = self.extension["write"]
            self.early = self.write(text_frame("too early"))
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
                self.accepted.set()
        self.closed.set()


@asynccontextmanager
async def connected(port, *, compression=None, deflate=False, **options):
    """An application and its client."""
    application = Application()
    config = uvicorn.Config(
        application,
        port=port,
        loop="uvloop",
        ws="helpdesk.websocket_protocol:WebSocketProtocol",
        ws_per_message_deflate=deflate,
        lifespan="off",
        log_config=None,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn tells nobody
        await asyncio.sleep(0.01)
    url = f"ws://127.0.0.1:{port}/"
    try:
        async with websockets.asyncio.client.connect(
            url, proxy=None, compression=compression, **options
        ) as client:
            await application.accepted.wait()
            yield application, client
    finally:
        server.should_exit = True
        await serving


def text(said):
    return {"type": "websocket.send", "text": said}


async def test_written_and_sent_come_in_order(unused_tcp_port):
    async with connected(unused_tcp_port) as (application, client):
        assert application.early is False, "nothing may come before the handshake's answer"
        for number in range(50):
            if number % 3:
                assert application.write(text_frame(str(number)))
            else:
                await application.send(text(str(number)))
        assert [await client.recv() for _ in range(50)] == [str(number) for number in range(50)]


async def test_what_is_written_in_one_turn_travels_together_and_before_what_is_sent_or_closed(
    unused_tcp_port, monkeypatch
):
    pieces = []
    flush = WebSocketProtocol.flush
    monkeypatch.setattr(
        WebSocketProtocol, "flush", lambda self: (pieces.append(self._unwritten), flush(self))
    )
    async with connected(unused_tcp_port) as (application, client):
        pieces.clear()
        first, second = text_frame("first"), text_frame("second")
        assert application.write(first)
        assert application.write(second)
        assert [await client.recv() for _ in range(2)] == ["first", "second"]
        assert first + second in pieces
        application.write(first)
        await application.send({"type": "websocket.close", "code": 4000})
        assert await client.recv() == "first"
        with pytest.raises(websockets.exceptions.ConnectionClosed):
            await client.recv()


async def test_what_is_written_in_one_turn_is_bounded(unused_tcp_port):
    async with connected(unused_tcp_port) as (application, client):
        frames = [text_frame(f"{number} {LARGE}") for number in range(50)]
        assert all(application.write(frame) for frame in frames)
        assert len(application.write.__self__._unwritten) <= 65_536
        for number in range(50):
            assert (await client.recv()).startswith(f"{number} ")


async def test_nothing_overtakes_what_waits_for_a_client_to_read(unused_tcp_port):
    async with connected(unused_tcp_port, max_queue=1) as (application, client):
        written = 0
        while application.write(text_frame(f"{written} {LARGE}")):
            written += 1
            assert written < 50_000, "the client reads nothing, yet everything is taken"
        waiting = [asyncio.create_task(application.send(text(f"{written + n} {LARGE}"))) for n in range(3)]
        await asyncio.sleep(0.05)
        assert not any(sending.done() for sending in waiting)
        assert application.write(text_frame("no")) is False

        async def go_on():
            for number in range(written + 3, written + 13):
                while not application.write(text_frame(f"{number} {LARGE}")):  # noqa: ASYNC110 nobody tells
                    await asyncio.sleep(0)

        going_on = asyncio.create_task(go_on())
        heard = [int((await client.recv()).split()[0]) for _ in range(written + 13)]
        await going_on
        assert heard == list(range(written + 13))


async def test_nothing_is_written_after_the_application_has_closed(unused_tcp_port):
    async with connected(unused_tcp_port) as (application, client):
        assert application.write(text_frame("last"))
        await application.send({"type": "websocket.close", "code": 3001})
        assert application.write(text_frame("after")) is False
        assert await client.recv() == "last"
        await client.wait_closed()
        assert client.close_code == 3001


@pytest.mark.parametrize("how", ["closes", "vanishes"])
async def test_nor_after_the_client_has_gone(how, unused_tcp_port):
    async with connected(unused_tcp_port) as (application, client):
        if how == "closes":
            await client.close()
        else:
            client.transport.abort()
        await asyncio.wait_for(application.closed.wait(), 5)
        assert application.write(text_frame("after")) is False


async def test_where_frames_are_compressed_there_is_no_such_thing(unused_tcp_port):
    async with connected(unused_tcp_port, compression="deflate", deflate=True) as (application, client):
        assert application.extension is None
        await application.send(text("hello"))
        assert await client.recv() == "hello"
