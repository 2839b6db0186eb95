"""Clients of an ASGI application in the same process: no server, no socket, nothing but the application."""

import asyncio
from typing import Any

ADDRESS = ("127.0.0.1", 50_000)


class AsgiWebSocket:
    """A WebSocket whose other end is the application."""

    def __init__(self, application: Any, path: str, query: str = "EIO=4&transport=websocket") -> None:
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        self.received: list[str | bytes] = []
        self.is_closed = False
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": [],
            "client": ADDRESS,
        }
        self.task = asyncio.create_task(application(scope, self._inbox.get, self._take))

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            text = message.get("text")
            self.received.append(message["bytes"] if text is None else text)
            if text == "2":
                self.send("3")
        elif message["type"] == "websocket.close":
            self.close()

    def send(self, *packets: str | bytes) -> None:
        """Send packets."""
        for packet in packets:
            key = "text" if isinstance(packet, str) else "bytes"
            self._inbox.put_nowait({"type": "websocket.receive", key: packet})

    def close(self) -> None:
        """Close it."""
        if not self.is_closed:
            self.is_closed = True
            self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})

    @property
    def has_been_read(self) -> bool:
        """Whether the application has taken everything that was sent."""
        return self._inbox.empty()


async def request(
    application: Any, method: str, path: str, query: str, body: bytes = b""
) -> tuple[int, bytes]:
    """Make an HTTP request; return the answer's status and body."""
    arriving = [{"type": "http.request", "body": body, "more_body": False}]
    status, answer = 0, b""

    async def receive() -> dict[str, Any]:
        if arriving:
            return arriving.pop()
        await asyncio.Event().wait()
        raise AssertionError("nothing comes after the body")

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, answer
        status = message.get("status", status)
        answer += message.get("body", b"")

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"content-length", b"%d" % len(body)), (b"content-type", b"text/plain")],
        "client": ADDRESS,
    }
    await application(scope, receive, send)
    return status, answer
