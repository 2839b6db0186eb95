"""How the model process speaks HTTP: to nobody but the endpoint, and it takes only so much of what comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from chat.assistant.sse_merging import TextMerger

MAX_RESPONSE_BYTES = 2 * 1024 * 1024
CONNECT_SECONDS = 5
SILENCE_SECONDS = 65
"""The web process notices a silence sooner; this is for the case that it is gone itself."""
MAX_UNREAD_PIECES = 16
END = b""

Pace = Callable[[], float]


def http_client(pace: Pace) -> httpx2.AsyncClient:
    """Return a client without redirects, proxies, cookies, retries or a way to pack 2 GB into 2 MB."""
    return httpx2.AsyncClient(
        transport=CarefulTransport(pace),
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
    )


class CarefulTransport(httpx2.AsyncBaseTransport):
    """Passes requests on, and their answers as a `CarefulStream`."""

    def __init__(self, pace: Pace) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=30)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits)
        self._pace = pace

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; raises for an answer that is packed, which nobody asked for."""
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            await response.stream.aclose()
            raise httpx2.RemoteProtocolError("The answer is packed.", request=request)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=CarefulStream(response.stream, self._pace),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class CarefulStream(httpx2.AsyncByteStream):
    """A body that is given at a pace: the first words at once, then what has come meanwhile together.

    Whoever does not take it lets the endpoint wait. Raises `httpx2.ReadError` after `MAX_RESPONSE_BYTES`.
    """

    def __init__(self, inner: httpx2.AsyncByteStream, pace: Pace) -> None:
        self._inner = inner
        self._pace = pace
        self._merger = TextMerger()
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue(MAX_UNREAD_PIECES)
        self._is_over = False
        self._error: Exception | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body. Asked a second time it goes on where it was: so the rest is read before reuse."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        while data := await self._take():
            if events := self._merger.feed(data):
                yield events
                if self._merger.has_text and not self._is_over:
                    await asyncio.sleep(self._pace())
        if self._error is not None:
            raise self._error
        if rest := self._merger.flush():
            yield rest

    async def aclose(self) -> None:
        """Read no more, and close the connection unless all was read."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        await self._inner.aclose()

    async def _take(self) -> bytes:
        """Take all that has arrived, at least something; nothing at the end."""
        pieces = [] if self._is_over else [await self._arrived.get()]
        while not self._arrived.empty():
            pieces.append(self._arrived.get_nowait())
        self._is_over = self._is_over or END in pieces
        return b"".join(pieces)

    async def _read(self) -> None:
        read = 0
        try:
            async for data in self._inner:
                read += len(data)
                if read > MAX_RESPONSE_BYTES:
                    raise httpx2.ReadError(f"The answer is longer than {MAX_RESPONSE_BYTES:,} bytes.")
                if data:
                    await self._arrived.put(data)
        except Exception as error:
            self._error = error
        await self._arrived.put(END)
