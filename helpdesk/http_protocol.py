"""uvicorn's HTTP protocol, which does not wait for ever for a request."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""How long a connection may take until a request's head is complete, however steadily it trickles in."""
BODY_SECONDS = 10.0
BODY_BYTES = 5_000
"""How much of a request's body has to come in each so many seconds: 500 bytes a second."""


class HttpProtocol(HttpToolsProtocol):
    """Closes a connection that sends no request, not all of its head, or too little of its body, in time.

    uvicorn's own knows a time limit only for the silence between two requests.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _came = 0
    _is_websocket = False
    _takes_one = False

    def connection_made(self, transport: Any) -> None:
        """A connection begins, and with it a head."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Something came; while nothing is being answered it can only be of the next head."""
        self._came += len(data)
        super().data_received(data)
        if self._is_websocket:
            return
        if self.cycle is None or self.cycle.response_complete:
            self._expect_head()
        elif self.cycle.more_body and self._body_timer is None:
            self._expect_body()

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._forget_head()
        super().on_headers_complete()
        if self._takes_one and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """A body is complete."""
        self._forget_body()
        super().on_message_complete()

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
        self._forget_body()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _expect_body(self) -> None:
        self._came = 0
        self._body_timer = self.loop.call_later(BODY_SECONDS, self._check_body)

    def _check_body(self) -> None:
        # Some of it may have come that has not been read, or the client may wait until it is asked for.
        is_ours = self.flow.read_paused or self.cycle.waiting_for_100_continue
        if self._came < BODY_BYTES and not is_ours:
            self.transport.close()
            return
        self._expect_body()
        if is_ours:
            self._came = BODY_BYTES

    def _forget_body(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None
