"""A way to a server on which everything can fall silent, as when somebody's power fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class SilentProxy:
    """Passes bytes both ways until `fall_silent`; then nobody hears anything, not even a connection's end."""

    def __init__(self, to_url: str) -> None:
        target = urlsplit(to_url)
        self._host, self._port = target.hostname, target.port
        self._is_silent = False
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    def fall_silent(self) -> None:
        """Swallow whatever comes from now on."""
        self._is_silent = True

    async def start(self) -> asyncio.Server:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        self._writers += [writer, there_writer]
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            if not self._is_silent:
                sink.write(data)
        if not self._is_silent:
            sink.close()

    def stop(self) -> None:
        """Close every connection."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def silent_proxy(to_url: str) -> AsyncIterator[SilentProxy]:
    """A proxy to this address for as long as the context lasts."""
    proxy = SilentProxy(to_url)
    server = await proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
        server.close()
