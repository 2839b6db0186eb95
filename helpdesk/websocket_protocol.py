"""uvicorn's WebSocket protocol with a short way for what chats are made of, in and out."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask
from websockets.protocol import State
from websockets.streams import StreamReader

from helpdesk.websocket_waiting import Gate, Inbox

Take = Callable[[str], bool]
"""Is offered a text; says whether it took it."""

WHOLE_TEXT = 0x81
"""The first byte of a text in one frame, with none of the reserved bits set (RFC 6455 §5.2)."""
MASKED = 0x80
LENGTH_OF_2_BYTES = 126
SHORTEST_HEAD = 6
MOST_UNWRITTEN = 65_536
"""How many bytes wait for the end of a turn of the loop; what is more goes before."""
BETWEEN_FRAMES = StreamReader.at_eof.__code__
"""Where websockets' parser waits when it has read nothing of a frame yet."""


_unflushed: WeakKeyDictionary[AbstractEventLoop, list[WebSocketProtocol]] = WeakKeyDictionary()
"""Who has something to write at the end of a loop's turn."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """What uvicorn's own lacks.

    Applications find in the scope's extensions, and under a server without them do as ever:

    - `websocket.preframed`, whose `write` is `write_frame`: so a frame is built once and written to each of
      the sockets in a room.
    - `websocket.callback`, whose `listen` is the one here: so a text costs neither a turn of the loop nor a
      pause in reading.

    A handshake is finished also where the application answers it with an HTTP response. uvicorn's own misses
    that, and logs an error for each client that is told, say, that its session is gone (Kludex/uvicorn#3138).
    """

    __slots__ = ("_is_paused", "_parser_is_idle", "_sending", "_take", "_unflushed", "_unwritten")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unflushed = _unflushed.setdefault(self.loop, [])
        self._unwritten = b""
        """The frames of this turn of the loop."""
        self._sending = 0
        """How many `send`s are under way: each of them may be waiting for the client to read."""
        self._is_paused = False
        """Whether what was written has piled up."""
        self._take: Take | None = None
        self._parser_is_idle = False
        """Whether it is known that the parser has read nothing of a message that is not whole yet."""
        self.queue: Any = Inbox()
        self.writable: Any = Gate()

    def handle_connect(self, event: Any) -> None:
        """A handshake came, and with it the scope, which the application sees a turn of the loop later."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["websocket.callback"] = {"listen": self.listen}
            if not self.conn.extensions:
                extensions["websocket.preframed"] = {"write": self.write_frame}

    # In

    def listen(self, take: Take) -> None:
        """Offer texts to `take` as they come; what it does not take, and all else, comes by `receive`."""
        self._take = take

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._take is not None:
            data = self._offer_texts(data, self._take)
        if data:
            self._parser_is_idle = False
            self.flush()  # before what the parser answers, a close above all
            super().data_received(data)

    def _offer_texts(self, data: bytes, take: Take) -> bytes:
        """Offer the texts that `data` begins with; return the rest, which websockets' parser reads.

        Only what no rule forbids is read here: unfragmented masked texts which have come whole, and before
        which nothing is unfinished. Everything else, the malformed above all, is for the parser.
        """
        position = 0
        while position < len(data):
            frame = _whole_text(data, position)
            if frame is None or not self._is_between_messages():
                break
            payload, end = frame
            try:
                text = payload.decode()
            except UnicodeDecodeError:
                break
            if len(payload) > self.config.ws_max_size or not take(text):
                break
            position = end
        return data[position:] if position else data

    def _is_between_messages(self) -> bool:
        if not self._parser_is_idle:
            waits: Any = self.conn.parser
            while waits.gi_yieldfrom is not None:
                waits = waits.gi_yieldfrom
            self._parser_is_idle = waits.gi_code is BETWEEN_FRAMES and self.conn.current_size is None
        return (
            self._parser_is_idle
            and self.conn.state is State.OPEN
            and not self.close_sent
            and self.queue.empty()
        )

    # Out

    def write_frame(self, frame: bytes) -> bool:
        """Write one whole unmasked frame after all that was sent before; it cannot wait.

        What is written in one turn of the loop goes out in one piece at its end. Returns False, having
        done nothing, where `send` would wait or something waits already, and where the WebSocket is not
        open: `send` it then.
        """
        if (
            self._sending
            or self._is_paused
            or not self.handshake_complete
            or self.close_sent
            or self.transport.is_closing()
        ):
            return False
        if self._unwritten:
            if len(self._unwritten) + len(frame) > MOST_UNWRITTEN:
                self.flush()
            self._unwritten += frame
        else:
            self._unwritten = frame
            if not self._unflushed:
                self.loop.call_soon(_flush_all, self._unflushed)
            self._unflushed.append(self)
        return True

    def flush(self) -> None:
        """Write what was written in this turn of the loop."""
        unwritten = self._unwritten
        if unwritten:
            self._unwritten = b""
            if not self.transport.is_closing():
                self.transport.write(unwritten)

    def pause_writing(self) -> None:
        """What was written piles up."""
        self._is_paused = True
        super().pause_writing()

    def resume_writing(self) -> None:
        """It piles up no more."""
        self._is_paused = False
        super().resume_writing()

    async def send(self, message: Any) -> None:
        """Send what the application says."""
        self.flush()
        self._sending += 1
        try:
            await super().send(message)
        finally:
            self._sending -= 1
        if message["type"] == "websocket.accept" and self.handshake_complete:
            # Nobody asks for them any more, and they are a good part of what a quiet connection takes. The
            # request itself stays in a frame of websockets' parser.
            self.request.headers.clear()
            del self.request, self.response
            self.scope["headers"] = ()
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def shutdown(self) -> None:
        """The server ends."""
        self.flush()
        super().shutdown()


def _flush_all(unflushed: list[WebSocketProtocol]) -> None:
    waiting = unflushed.copy()
    unflushed.clear()
    for protocol in waiting:
        protocol.flush()


def _whole_text(data: bytes, position: int) -> tuple[bytes, int] | None:
    """The payload of the frame that stands at a position, and where it ends.

    None unless it is the one frame of a masked text, all there, with a length of at most two bytes.
    """
    if len(data) < position + SHORTEST_HEAD or data[position] != WHOLE_TEXT:
        return None
    length, mask = data[position + 1] - MASKED, position + 2
    if length == LENGTH_OF_2_BYTES:
        length, mask = int.from_bytes(data[mask : mask + 2], "big"), mask + 2
    elif not 0 <= length < LENGTH_OF_2_BYTES:
        return None
    start = mask + 4
    end = start + length
    if end > len(data):
        return None
    return apply_mask(data[start:end], data[mask:start]), end
