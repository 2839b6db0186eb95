"""uvicorn's server, which lets its clients go before it ends."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import structlog
import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from helpdesk.http_protocol import HttpProtocol

log = structlog.get_logger(__name__)

Drain = Callable[[float], Awaitable[None]]
"""Lets the clients go and finishes what they began; takes the seconds that it may take at most."""
DRAIN_SHARE = 0.9
"""What of the grace time is for that; in the rest connections are closed."""


class Server(uvicorn.Server):
    """Ends in order at the first SIGTERM or SIGINT: takes no more connections, drains, closes what is left.

    The kernel ends it at the second, or when the grace time is over, whatever it is doing.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, grace_seconds: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._grace_seconds = max(grace_seconds, 0.1)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        super().handle_exit(sig, frame)
        for one in HANDLED_SIGNALS:
            signal.signal(one, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, self._grace_seconds)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in order, within the grace time."""
        began = asyncio.get_running_loop().time()
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpProtocol):
                connection.take_no_more()
        try:
            await self._drain(self._grace_seconds * DRAIN_SHARE)
        except Exception:
            log.exception("drain_failed")
        left = self._grace_seconds - (asyncio.get_running_loop().time() - began)
        # What else was asked over HTTP may take as long as there is; half a second is for the rest.
        self.config.timeout_graceful_shutdown = max(0.1, left - 0.5)  # type: ignore[assignment]
        await super().shutdown(sockets)
