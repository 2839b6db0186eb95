"""A lean Socket.IO v5 client, so that not the client is measured: one namespace over one WebSocket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson

PACKET = re.compile(r"4(?P<type>\d)(?:(?P<namespace>/[^,]*),)?(?P<ack>\d+)?(?P<data>.*)", re.DOTALL)
CONNECTED, DISCONNECTED, EVENT, ACK, REFUSED = "0", "1", "2", "3", "4"
PING, PONG = "2", "3"

Hear = Callable[[str, Any], None]


class Refused(Exception):
    """The server answered with an error, or ended the connection."""


class Connection:
    """A client in a namespace. `hear` is called with every event and its argument, in their order."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse, namespace: str, hear: Hear) -> None:
        self._websocket = websocket
        self._address = "" if namespace == "/" else f"{namespace},"
        self._hear = hear
        self._joined: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self._asked_count = 0
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, url: str, namespace: str, token: str, hear: Hear
    ) -> Connection:
        """Connect to the server at `url` as the person of `token`. Raises `Refused`."""
        websocket = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket", max_msg_size=0)
        connection = cls(websocket, namespace, hear)
        try:
            auth = orjson.dumps({"token": token}).decode()
            await websocket.send_str(f"40{connection._address}{auth}")
            await connection._joined
        except BaseException:
            await connection.close()
            raise
        return connection

    async def ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send an event and return its ack. Raises `Refused` for one that is not `ok`."""
        if self._reading.done():
            raise Refused(f"{event}: the server has ended the connection")
        self._asked_count += 1
        key = str(self._asked_count)
        answer = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            arguments = orjson.dumps([event, data]).decode()
            await self._websocket.send_str(f"42{self._address}{key}{arguments}")
            ack: dict[str, Any] = await answer
        finally:
            self._asked.pop(key, None)
        if not ack["ok"]:
            raise Refused(f"{event}: {ack['error']['code']}, {ack['error']['message']}")
        return ack

    async def close(self) -> None:
        """Hang up."""
        await self._websocket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            async for frame in self._websocket:
                if frame.data == PING:
                    await self._websocket.send_str(PONG)
                elif packet := PACKET.fullmatch(frame.data):
                    self._take(packet["type"], packet["ack"], packet["data"])
        finally:
            self._fail(Refused(f"the server has ended the connection (code {self._websocket.close_code})"))

    def _take(self, kind: str, ack: str | None, text: str) -> None:
        data: Any = orjson.loads(text) if text else None
        if kind == EVENT:
            self._hear(data[0], data[1])
        elif kind == ACK and ack in self._asked:
            _resolve(self._asked[ack], data[0])
        elif kind == CONNECTED:
            _resolve(self._joined, data)
        elif kind == REFUSED:
            self._fail(Refused(f"connecting: {data['message']}"))
        elif kind == DISCONNECTED:
            self._fail(Refused("the server has put this client out of the namespace"))

    def _fail(self, reason: Refused) -> None:
        for waiting in (self._joined, *self._asked.values()):
            if not waiting.done():
                waiting.set_exception(reason)
                waiting.exception()  # read, so that one nobody waits for is not reported as forgotten


def _resolve(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)
