"""Raw Engine.IO clients for tests: they send any bytes, answer pings, and wait for events with timeouts."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json

import aiohttp
import websockets.asyncio.client
from websockets.exceptions import ConnectionClosed

TIMEOUT_SECONDS = 5.0
ARRIVAL_SECONDS = 0.2  # for a request that nothing acknowledges: a poll that has to be waiting
RECORD_SEPARATOR = "\x1e"


class PingCame(Exception):
    """A ping answered the poll that a test wanted to be waiting."""


def again_when_a_ping_comes(test):
    """Let a test about a waiting poll begin anew when a ping has answered that, as on a busy machine."""

    @functools.wraps(test)
    async def attempt(*arguments, **named):
        for _ in range(9):
            with contextlib.suppress(PingCame):
                return await test(*arguments, **named)
        return await test(*arguments, **named)

    return attempt


class RawWebSocket:
    """A WebSocket that answers pings in the background and queues everything else."""

    def __init__(self, connection, *, answers_pings):
        self.connection = connection
        self.answers_pings = answers_pings
        self.pings = 0
        self._queue = asyncio.Queue()
        self._pinged = asyncio.Event()
        self._closed = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, address, query="EIO=4&transport=websocket", *, answers_pings=True, **options):
        connection = await websockets.asyncio.client.connect(
            f"{address.replace('http', 'ws', 1)}?{query}", proxy=None, max_size=None, **options
        )
        return cls(connection, answers_pings=answers_pings)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await self.connection.close()
        await self._reader

    async def _read(self):
        try:
            async for packet in self.connection:
                if packet == "2":
                    self.pings += 1
                    self._pinged.set()
                    if self.answers_pings:
                        await self.connection.send("3")
                else:
                    self._queue.put_nowait(packet)
        except ConnectionClosed:
            pass
        finally:
            self._closed.set()

    async def send(self, *packets):
        for packet in packets:
            await self.connection.send(packet)

    async def receive(self):
        """The next packet that is not a ping."""
        return await asyncio.wait_for(self._queue.get(), TIMEOUT_SECONDS)

    async def pinged(self, times):
        """Wait until the server has pinged so many times."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while self.pings < times:
                self._pinged.clear()
                await self._pinged.wait()

    async def closed(self, within=TIMEOUT_SECONDS):
        """Wait for the close; return its code."""
        await asyncio.wait_for(self._closed.wait(), within)
        return self.connection.close_code

    @property
    def has_nothing_more(self):
        """Whether everything that came has been received."""
        return self._queue.empty()

    @property
    def is_open(self):
        return not self._closed.is_set()


async def open_session(address, query="EIO=4&transport=websocket", **options):
    """A WebSocket session whose open packet has been read."""
    websocket = await RawWebSocket.open(address, query, **options)
    await websocket.receive()
    return websocket


async def join(websocket, namespace=""):
    """Join a namespace that emits `auth`; return the socket's id."""
    await websocket.send(f"40{namespace}")
    reply = await websocket.receive()
    assert reply.startswith("40"), reply
    assert '["auth",{}]' in await websocket.receive()
    return json.loads(reply[reply.index("{") :])["sid"]


class Polling:
    """A polling session driven by hand."""

    def __init__(self, http, address, **headers):
        self.http = http
        self.address = address
        self.headers = headers
        self.sid = None

    async def open(self):
        status, body = await self.get()
        assert status == 200, body
        self.sid = json.loads(body[1:])["sid"]
        return self

    @property
    def url(self):
        return f"{self.address}?EIO=4&transport=polling" + (f"&sid={self.sid}" if self.sid else "")

    async def get(self):
        async with self.http.get(self.url, headers=self.headers) as response:
            return response.status, await response.text()

    async def answer(self):
        """The answer to a poll that no ping ended."""
        while (answer := await self.get()) == (200, "2"):
            await self.post("3")
        return answer

    async def waiting_poll(self):
        """A poll that waits for something to say."""
        poll = asyncio.create_task(self.get())
        await asyncio.sleep(ARRIVAL_SECONDS)
        self.check_waited(poll)
        return poll

    def check_waited(self, poll):
        """Raises PingCame when it was a ping that ended a poll."""
        if poll.done() and not poll.cancelled() and poll.result()[1] == "2":
            raise PingCame

    async def post(self, body, **headers):
        headers = {"content-type": "text/plain;charset=UTF-8", **self.headers, **headers}
        async with self.http.post(self.url, data=body, headers=headers) as response:
            return response.status, await response.text()

    async def receive(self, count=1):
        """Poll until so many packets have come, pings answered and left out."""
        packets = []
        while len(packets) < count:
            status, body = await asyncio.wait_for(self.get(), TIMEOUT_SECONDS)
            assert status == 200, body
            for packet in body.split(RECORD_SEPARATOR):
                if packet == "2":
                    await self.post("3")
                elif packet != "6":
                    packets.append(packet)
        return packets

    async def join(self):
        await self.post("40")
        return await self.receive(2)


def http_client():
    """An HTTP client whose connections are not shared with a request that hangs."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    )
