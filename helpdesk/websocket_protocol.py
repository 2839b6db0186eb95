"""uvicorn's WebSocket protocol, which takes finished frames and knows when a refused handshake is over."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """What uvicorn's own lacks.

    Applications find `scope["extensions"]["websocket.preframed"]["write"]`, which is `write_frame`: so a
    frame is built once and written to each of the sockets in a room. Under a server without it they send as
    ever.

    A handshake is finished also where the application answers it with an HTTP response. uvicorn's own misses
    that, and logs an error for each client that is told, say, that its session is gone (Kludex/uvicorn#3138).
    """

    _sending = 0
    """How many `send`s are under way: each of them may be waiting for the client to read."""

    def handle_connect(self, event: Any) -> None:
        """A handshake came, and with it the scope, which the application sees a turn of the loop later."""
        super().handle_connect(event)
        if self.response.status_code == 101 and not self.conn.extensions:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["websocket.preframed"] = {"write": self.write_frame}

    def write_frame(self, frame: bytes) -> bool:
        """Write one whole unmasked frame after all that was sent before; it cannot wait.

        Returns False, having done nothing, where `send` would wait or something waits already, and
        where the WebSocket is not open: `send` it then.
        """
        if (
            self._sending
            or not self.writable.is_set()
            or self.conn.state is not State.OPEN
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True

    async def send(self, message: Any) -> None:
        """Send what the application says."""
        self._sending += 1
        try:
            await super().send(message)
        finally:
            self._sending -= 1
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True
