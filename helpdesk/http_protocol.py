"""uvicorn's HTTP protocol, which does not wait for ever for the head of a request."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""How long a connection may take until a request's head is complete, however steadily it trickles in."""


class HttpProtocol(HttpToolsProtocol):
    """Closes a connection that sends nothing, or not all of a request's head, in time.

    uvicorn's own knows a time limit only for the silence between two requests.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _is_websocket = False
    _takes_one = False

    def connection_made(self, transport: Any) -> None:
        """A connection begins, and with it a head."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Something came; while nothing is being answered it can only be of the next head."""
        super().data_received(data)
        if not self._is_websocket and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._forget_head()
        super().on_headers_complete()
        if self._takes_one and self.cycle is not None:
            self.cycle.keep_alive = False

    def take_no_more(self) -> None:
        """Answer what is being asked, on a new connection what is about to be, and close."""
        if self.cycle is None:
            self._takes_one = True
        else:
            self.shutdown()

    def handle_websocket_upgrade(self) -> None:
        """The connection is another protocol's from now on."""
        self._is_websocket = True
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
