"""Connections that send a request slowly, or not at all."""

import asyncio
import time

import pytest
import uvicorn
import websockets.asyncio.client

from helpdesk import http_protocol

PATIENCE_SECONDS = 0.5
BODY_BYTES = 100
REQUEST = b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"

came = []


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hello"})
        await asyncio.sleep(3 * PATIENCE_SECONDS)
        await send({"type": "websocket.send", "text": "still here"})
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(2 * PATIENCE_SECONDS)
    if scope["method"] == "POST":
        while (message := await receive()).get("more_body"):
            pass
        came.append(message["type"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port(monkeypatch, unused_tcp_port):
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(http_protocol, "BODY_BYTES", BODY_BYTES)
    came.clear()
    config = uvicorn.Config(
        application,
        port=unused_tcp_port,
        http="helpdesk.http_protocol:HttpProtocol",
        ws="helpdesk.websocket_protocol:WebSocketProtocol",
        lifespan="off",
        timeout_graceful_shutdown=1,
        log_config=None,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn tells nobody
        await asyncio.sleep(0.01)
    yield unused_tcp_port
    server.should_exit = True
    await serving


def head(length, path="quick", **headers):
    """The head of a request with a body; the application of "slow" reads it late."""
    headers = {"Host": "localhost", "Content-Length": length, **headers}
    lines = [f"POST /{path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def seconds_until_closed(reader, writer, trickle=b""):
    """How long a connection stays on which so much comes, a byte at a time."""
    begun = time.monotonic()
    closed = asyncio.create_task(reader.read())
    while not closed.done():
        assert time.monotonic() - begun < 20 * PATIENCE_SECONDS
        if trickle:
            writer.write(trickle[:1])
            trickle = trickle[1:]
        await asyncio.wait([closed], timeout=PATIENCE_SECONDS / 10)
    writer.close()
    return time.monotonic() - begun


@pytest.mark.parametrize("trickle", [b"", REQUEST, b"\r\n" * 100], ids=["nothing", "a head", "empty lines"])
async def test_a_connection_without_a_whole_head_is_closed_in_time(trickle, port):
    seconds = await seconds_until_closed(*await asyncio.open_connection("127.0.0.1", port), trickle)
    assert PATIENCE_SECONDS * 0.9 <= seconds < PATIENCE_SECONDS * 3


async def test_so_is_one_that_asked_properly_before(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(REQUEST.replace(b"slow", b"quick"))
        assert b"200" in await reader.readline()
        await reader.readuntil(b"ok")
    assert await seconds_until_closed(reader, writer, REQUEST[:-1] * 10) < PATIENCE_SECONDS * 3


@pytest.mark.parametrize("body", [b"", b"xx"])
async def test_an_answer_may_take_longer_than_its_request(port, body):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(head(len(body), "slow") if body else REQUEST)
        await asyncio.sleep(PATIENCE_SECONDS / 10)
        writer.write(body)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await reader.readuntil(b"ok")
    writer.close()


async def test_a_websocket_stays(port):
    async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{port}/", proxy=None) as websocket:
        assert await websocket.recv() == "hello"
        assert await websocket.recv() == "still here"


async def test_a_connection_that_sends_too_little_of_a_body_is_closed_and_the_application_told(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(10_000))
    seconds = await seconds_until_closed(reader, writer, b"x" * 10_000)
    assert PATIENCE_SECONDS * 0.9 <= seconds < PATIENCE_SECONDS * 3
    while not came:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert came == ["http.disconnect"]


async def test_a_body_may_take_as_long_as_it_comes_steadily_and_so_may_the_next(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(head(BODY_BYTES * 10))
        for _ in range(10):
            await asyncio.sleep(PATIENCE_SECONDS / 5)
            writer.write(b"x" * BODY_BYTES)
        assert b"200" in await reader.readline()
        await reader.readuntil(b"ok")
    writer.close()


@pytest.mark.parametrize(
    ("length", "headers"),
    [(1_000_000, {}), (10, {"Expect": "100-continue"})],
    ids=["too much to read ahead", "not asked for"],
)
async def test_nobody_is_blamed_for_a_body_that_we_read_late(port, length, headers):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(length, "slow", **headers))
    if headers:
        assert b"100" in await reader.readline()
        await reader.readline()
    writer.write(b"x" * length)
    assert b"200" in await reader.readline()
    writer.close()
