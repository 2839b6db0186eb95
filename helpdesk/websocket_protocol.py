"""uvicorn's WebSocket protocol, which takes a refused handshake for what it is: finished."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Finishes a handshake also where the application answers it with an HTTP response.

    uvicorn's own misses that, and logs an error for each client that is told, say, that its session is
    gone (Kludex/uvicorn#3138; this class can go with that).
    """

    async def send(self, message: Any) -> None:
        """Send what the application says."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True
