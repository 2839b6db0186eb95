"""A load balancer without sticky sessions: each request goes where the test says, or to the next process."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager, suppress

Choose = Callable[[str], int | None]
"""Takes the request's first line and headers; says which process gets it, None for the next one."""

CONNECTION = re.compile(r"^connection:.*\r\n", re.IGNORECASE | re.MULTILINE)


class Balancer:
    """Passes requests on to processes on ports of the loopback address, each over a connection of its own."""

    def __init__(self, ports: Sequence[int], choose: Choose) -> None:
        self.origin = ""
        self.requests: list[tuple[int, str]] = []
        """Which process got which request (its first line)."""
        self._ports = ports
        self._choose = choose
        self._next = itertools.cycle(range(len(ports)))

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection, which carries one request."""
        with suppress(OSError, asyncio.IncompleteReadError):
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                if "upgrade: websocket" not in head.lower():
                    head = CONNECTION.sub("", head)[:-2] + "Connection: close\r\n\r\n"
                there_reader, there_writer = await self._connect(head)
                there_writer.write(head.encode("latin-1"))
                ways = [_copy(reader, there_writer), _copy(there_reader, writer)]
                tasks = map(asyncio.ensure_future, ways)
                _, open_ways = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for way in open_ways:
                    way.cancel()
                there_writer.close()
            finally:
                writer.close()

    async def _connect(self, head: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the process that is to have a request, or to the next that takes connections."""
        chosen = self._choose(head)
        first = next(self._next) if chosen is None else chosen
        for process in (first, *(number for number in range(len(self._ports)) if number != first)):
            with suppress(ConnectionRefusedError):
                connection = await asyncio.open_connection("127.0.0.1", self._ports[process])
                self.requests.append((process, head.partition("\r\n")[0]))
                return connection
        raise ConnectionRefusedError


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def balancing(ports: Sequence[int], choose: Choose = lambda head: None):
    """Run a balancer."""
    balancer = Balancer(ports, choose)
    server = await asyncio.start_server(balancer, "127.0.0.1", 0)
    try:
        balancer.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield balancer
    finally:
        server.close()
