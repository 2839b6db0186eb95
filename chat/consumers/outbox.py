"""What waits to be written to one WebSocket, in order and bounded."""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from functools import lru_cache, partial
from typing import Any

from chat.socketio.delivery import Delivery
from chat.socketio.engine_packets import encode_base64
from chat.socketio.sizes import memory_of
from chat.socketio.websocket_frames import text_frame

MAX_OUTBOX_SIZE = 4_000_000
"""Bytes of memory that may wait for one client."""
CLOSE_GRACE_SECONDS = 5.0
CODE_NORMAL = 1000

Message = dict[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]
WriteFrame = Callable[[bytes], bool]
"""Writes a finished WebSocket frame at once, or does nothing and returns False."""


@lru_cache(maxsize=1)
def websocket_frame_of(frame: str) -> bytes:
    """The WebSocket frame for a Socket.IO text packet: one for all members of a room, as `message_of`."""
    return text_frame(f"4{frame}")


@lru_cache(maxsize=1)
def message_of(frame: str) -> Message:
    """The ASGI message for a Socket.IO text packet; a room's members are sent the same packet one after the
    other.
    """
    return {"type": "websocket.send", "text": f"4{frame}"}


class WebSocketOutbox:
    """Writes to a WebSocket at once while the client keeps up, and keeps what follows when it does not.

    Where the server has a `write_frame`, packets that it takes go past `send`. No method waits. When the
    client lets more than MAX_OUTBOX_SIZE pile up, or does not even take the close, `abort` is called, which
    has to end the WebSocket.
    """

    __slots__ = ("_abort", "_closed", "_drain", "_send", "_size", "_text_only", "_waiting", "_write_frame")

    def __init__(
        self,
        send: Send,
        *,
        text_only: bool,
        abort: Callable[[], None],
        write_frame: WriteFrame | None = None,
    ) -> None:
        self._send = send
        self._text_only = text_only
        self._abort = abort
        self._write_frame = write_frame
        self._closed = False
        self._drain: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[Message, int]] | None = None
        self._size = 0

    @property
    def is_writable(self) -> bool:
        """Whether nothing waits."""
        return self._drain is None and not self._closed

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send a Socket.IO text packet; a volatile one is dropped where it would have to wait."""
        if self._drain is not None or self._closed:
            if delivery is Delivery.VOLATILE:
                return
        elif self._write_frame is not None and self._write_frame(websocket_frame_of(frame)):
            return
        self._write(message_of(frame), frame)

    def send_packet(self, packet: str | bytes) -> None:
        """Send an Engine.IO packet; bytes are a binary message."""
        if isinstance(packet, str):
            message: Message = {"type": "websocket.send", "text": packet}
        elif self._text_only or not packet:  # daphne drops empty binary messages
            message = {"type": "websocket.send", "text": encode_base64(packet)}
        else:
            message = {"type": "websocket.send", "bytes": packet}
        self._write(message, packet)

    def close(self, code: int = CODE_NORMAL) -> None:
        """Close the WebSocket after what waits; what is sent later is dropped."""
        if self._closed:
            return
        self._write({"type": "websocket.close", "code": code}, "")
        self._closed = True
        if self._drain is not None:
            asyncio.get_running_loop().call_later(CLOSE_GRACE_SECONDS, self._abort_unless_drained)

    def discard(self) -> None:
        """The WebSocket is gone: forget what waits."""
        self._closed = True
        self._waiting = None
        if self._drain is not None:
            self._drain.cancel()

    def _write(self, message: Message, packet: str | bytes) -> None:
        if self._closed:
            return
        if self._drain is not None:
            self._keep(message, memory_of(packet))
            return
        # Most of the time the server takes a message without waiting: no task, no turn of the loop.
        sending = self._send(message)
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception:
            self._closed = True  # the client is gone; the reader is told so, too
        else:
            self._drain = asyncio.get_running_loop().create_task(self._write_waiting(sending, waits_for))

    def _keep(self, message: Message, size: int) -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append((message, size))
        self._size += size
        if self._size > MAX_OUTBOX_SIZE:
            self.discard()
            self._abort()

    async def _write_waiting(self, sending: Coroutine[Any, Any, None], waits_for: Any) -> None:
        try:
            await _resume(sending, waits_for)
            while self._waiting:
                message, size = self._waiting.popleft()
                self._size -= size
                await self._send(message)
        except Exception:
            self._closed = True
        finally:
            self._drain = None

    def _abort_unless_drained(self) -> None:
        if self._drain is not None:
            self.discard()
            self._abort()


@types.coroutine
def _resume(coroutine: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Carry on, inside a task, a coroutine that was stepped once and waits for something."""
    while True:
        try:
            value = yield waits_for
        except BaseException as error:
            resume: Callable[[], Any] = partial(coroutine.throw, error)
        else:
            resume = partial(coroutine.send, value)
        try:
            waits_for = resume()
        except StopIteration:
            return
