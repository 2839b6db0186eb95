"""A Socket.IO client that costs little, so that not it is measured: one WebSocket, namespace `/`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import orjson

HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT, MASKED = 0x81, 0x80
TEXT_BYTE = bytes((TEXT,))
MASK = b"\0\0\0\0"
"""A mask that changes nothing, so that nothing has to be masked; servers unmask as ever."""
ROOM_BYTES = 4_096

Hear = Callable[[bytes], None]


class Refused(Exception):
    """The server does not do what it was asked to."""


def _ignore(said: bytes) -> None:
    pass


class Client(asyncio.Protocol):
    """One client. `on_event` is called with the JSON text of every event, `on_ack` with that of every ack."""

    on_event: Hear = staticmethod(_ignore)
    on_ack: Hear = staticmethod(_ignore)

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self._rest = b""
        self._is_upgraded = self._hangs_up = False
        self._transport: Any = None
        self._joined: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, port: int, token: str) -> Client:
        """Join the namespace as the person of `token`. Raises `Refused`."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(port, token), "127.0.0.1", port)
        await client._joined
        return client

    async def join(self, conversation_id: str) -> None:
        """Join a conversation. Raises `Refused`."""
        joined: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.on_ack = joined.set_result
        self.ask("conversation:join", {"conversationId": conversation_id})
        ack = await joined
        if b'"ok":true' not in ack:
            raise Refused(f"conversation:join: {ack!r}")
        del self.on_ack

    def ask(self, event: str, data: dict[str, Any]) -> None:
        """Send an event with an ack id; a client waits for one ack at a time, so it is always the same."""
        self.send(b"420" + orjson.dumps([event, data]))

    def send(self, packet: bytes) -> None:
        """Send an Engine.IO packet."""
        size = len(packet)
        length = bytes((MASKED | size,)) if size < 126 else bytes((MASKED | 126,)) + size.to_bytes(2, "big")
        self._transport.write(TEXT_BYTE + length + MASK + packet)

    def stop_reading(self) -> None:
        """Take nothing more, with little room for it on the way."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        self._transport.pause_reading()

    def close(self) -> None:
        """Hang up."""
        self._hangs_up = True
        self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        """Ask for the WebSocket."""
        self._transport = transport
        transport.write(HANDSHAKE.format(port=self._port).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has hung up, unless it was us."""
        if not self._joined.done():
            self._joined.set_exception(Refused("the server has hung up"))
        elif not self._hangs_up:
            self.on_ack(b"the server has hung up")

    def data_received(self, data: bytes) -> None:
        """Take the server's frames apart."""
        if self._rest:
            data = self._rest + data
        if not self._is_upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._joined.set_exception(Refused(head.decode(errors="replace")))
                self._transport.abort()
                return
            self._is_upgraded = True
        at, end = 0, len(data)
        while end - at >= 2:
            size, begin = data[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, begin = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if begin > end or begin + size > end:
                break
            self._hear(data[at], data[begin : begin + size])
            at = begin + size
        self._rest = data[at:]

    def _hear(self, kind: int, said: bytes) -> None:
        packet = said[:2]
        if kind != TEXT:
            return
        if packet == b"42":
            self.on_event(said)
        elif packet == b"43":
            self.on_ack(said)
        elif packet == b"2":
            self.send(b"3")
        elif packet[:1] == b"0":
            self.send(b"40" + orjson.dumps({"token": self._token}))
        elif packet == b"40":
            self._joined.set_result(said)
        elif packet == b"44":
            self._joined.set_exception(Refused(said.decode()))
