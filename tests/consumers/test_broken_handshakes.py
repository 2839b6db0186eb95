"""Handshakes of WebSockets that are refused, or that the client does not wait for: nothing to log about."""

import asyncio
import socket
import struct
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.socketio_clients import RawWebSocket, join, open_session

ACCEPTED = "EIO=4&transport=websocket"
REFUSED = ["EIO=3&transport=websocket", "EIO=4&transport=websocket&sid=gone"]
CLOSE_FRAME = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
RESET_INSTEAD_OF_CLOSE = struct.pack("ii", 1, 0)


async def hang_up_while_connecting(server, query, way):
    """Ask for a WebSocket and go away before the answer."""
    host = urlsplit(server.origin).netloc
    request = (
        f"GET /socket.io/?{query} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request + (CLOSE_FRAME if way == "with a close frame" else b""))
    if way == "by a reset":
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, RESET_INSTEAD_OF_CLOSE
        )
        writer.transport.abort()
    writer.close()


async def errors_of(server):
    """The errors in its log, once it has answered somebody who came later than all others."""
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
    return [line for line in server.said().splitlines() if line.startswith("ERROR")]


@pytest.mark.parametrize("query", REFUSED)
async def test_a_refused_handshake_is_no_error_of_ours(uvicorn, query):
    before = await errors_of(uvicorn)
    with pytest.raises(InvalidStatus) as refused:
        await RawWebSocket.open(uvicorn.socketio, query)
    assert refused.value.response.status_code == 400
    assert await errors_of(uvicorn) == before


@pytest.mark.parametrize("way", ["at once", "by a reset", "with a close frame"])
@pytest.mark.parametrize("query", [ACCEPTED, *REFUSED])
async def test_a_client_that_hangs_up_while_it_connects_is_no_error_of_ours(uvicorn, query, way):
    before = await errors_of(uvicorn)
    for _ in range(20):
        await hang_up_while_connecting(uvicorn, query, way)
    assert await errors_of(uvicorn) == before
