"""Where an Engine.IO session lives: in one process, from its handshake over its upgrade to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from chat.consumers.admission import Place
from chat.consumers.listeners import Listener
from chat.consumers.outbox import CODE_NORMAL, MAX_OUTBOX_SIZE, WebSocketOutbox
from chat.consumers.requests import ClientRequest
from chat.socketio.delivery import Delivery
from chat.socketio.engine_handshake import TransportName
from chat.socketio.engine_packets import CLOSE, NOOP, decode_payload
from chat.socketio.engine_session import EngineOptions, EngineSession, EngineState
from chat.socketio.errors import ConnectionEnded, DisconnectReason

log = structlog.get_logger(__name__)

FAREWELL_SECONDS = 5.0
POLL_GAP_SECONDS = 0.5
"""How long a client that polls may take from one answer to its next poll."""
LAST_WORDS_COUNT = frozenset({DisconnectReason.FORCED_SERVER_CLOSE, DisconnectReason.SERVER_SHUTTING_DOWN})


class Session:
    """A client's session: its state machine, its timer, and the transport in use."""

    __slots__ = (
        "_answered_at",
        "_forget",
        "_loop",
        "_over",
        "_poll",
        "_timer",
        "closed",
        "engine",
        "listener",
        "outbox",
        "place",
        "request",
    )

    def __init__(
        self,
        engine: EngineSession,
        request: ClientRequest,
        listen: Callable[[Session], Listener],
        forget: Callable[[], object],
        place: Place,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.outbox: WebSocketOutbox | None = None
        self._poll: asyncio.Future[None] | None = None
        self._answered_at = 0.0
        self._over: asyncio.Event | None = None
        self._forget = forget
        self._timer: asyncio.TimerHandle | None = None
        self.engine = engine
        self.request = request
        self.closed: DisconnectReason | None = None
        self.listener = listen(self)
        self.place = place
        self.deadline_changed()

    # Sending

    @property
    def is_writable(self) -> bool:
        """Whether what is sent now goes out now: a poll waits for it, or the WebSocket has taken the rest.

        A client that has just got an answer is about to poll again, which counts as if it did.
        """
        if self.outbox is not None:
            return self.outbox.is_writable
        return self.engine.poll_waits or self._loop.time() < self._answered_at + POLL_GAP_SECONDS

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send a Socket.IO text packet, a volatile one only if it goes out at once; never waits, and does
        nothing once the session is closed.
        """
        if self.outbox is not None:
            self.outbox.send_frame(frame, delivery)
        elif delivery is not Delivery.VOLATILE or self.is_writable:
            self.send_packet(f"4{frame}")

    def send_packet(self, packet: str | bytes) -> None:
        """Send an Engine.IO packet; bytes are a binary message."""
        if self.closed:
            return
        if self.outbox is not None:
            self.outbox.send_packet(packet)
            return
        self.engine.enqueue(packet)
        self.release_poll()
        if self.engine.buffered_size > MAX_OUTBOX_SIZE:
            self.close(DisconnectReason.TRANSPORT_ERROR, "the client polls too slowly")

    # Receiving

    def receive(self, wire: str | bytes) -> None:
        """Take a packet from the transport in use; closes the session when the packet says so, or is a
        violation.
        """
        engine, now = self.engine, self._loop.time()
        awaited_pong = engine.awaiting_pong
        try:
            message = engine.receive(wire, now)
            if message is not None:
                self.listener.message(message, now)
            elif awaited_pong and not engine.awaiting_pong:
                self.listener.heartbeat()
        except ConnectionEnded as ended:
            self.end(ended)

    def receive_payload(self, body: bytes) -> None:
        """Take the packets of a POST's body, up to the one that closes the session."""
        try:
            for wire in decode_payload(body):
                if not self.closed:
                    self.receive(wire)
        except ConnectionEnded as ended:
            self.end(ended)

    @property
    def has_room(self) -> bool:
        """Whether more may be read at once; where not, after `room`."""
        return not self.listener.is_full and (self._over is None or self.closed is not None)

    async def room(self) -> None:
        """Wait until more may be read; handlers that fall behind hold back their own client."""
        if self.listener.is_full:
            await self.listener.room()
        if self._over is not None and not self.closed:
            await self._over.wait()

    def stop_reading(self) -> None:
        """Let nothing more be read: `room` waits until the session is over here."""
        self._over = self._over or asyncio.Event()

    # Polling

    async def next_payload(self) -> bytes:
        """Wait for the answer to a poll; raises ProtocolViolation when one waits already."""
        if self.closed and not self.engine.buffered_size:
            self.engine.enqueue(CLOSE)
            self._forget()
        payload = self.engine.begin_poll()
        if payload is None:
            self._poll = self._loop.create_future()
            await self._poll
            # Taken here, a turn of the loop later, so that what is sent together travels together.
            payload = self.engine.take_payload()
        self._answered_at = self._loop.time()
        return payload

    def release_poll(self) -> None:
        """Let a waiting poll be answered with what there is, or a noop."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    # WebSocket

    def attach(self, outbox: WebSocketOutbox) -> None:
        """Send by WebSocket from now on, first what was buffered while polling."""
        self.outbox = outbox
        self.release_poll()
        for packet in self.engine.take_packets():
            outbox.send_packet(packet)

    # Moving to another process

    def leave(self, to: str) -> tuple[EngineState, Any]:
        """The session goes on in another process: let go of it, and return what has to be known there."""
        left = self.listener.leave(to)
        engine = self.engine.leave(self._loop.time())
        self._is_over(DisconnectReason.FORCED_CLOSE)
        self.release_poll()
        # Until then it still is what late requests of the client come upon: upgraded.
        self._loop.call_later(FAREWELL_SECONDS, self._forget)
        return engine, left

    async def arrive(self, engine: EngineState, left: Any) -> None:
        """Go on with a session that was elsewhere."""
        self.engine.arrive(engine, self._loop.time())
        await self.listener.arrive(left)
        self.deadline_changed()

    # Time and the end

    def deadline_changed(self) -> None:
        """Set the timer to the next deadline, when that is earlier than the one it is set to."""
        if self.closed:
            return
        at = min(self.engine.deadline, self.listener.deadline or self.engine.deadline)
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._loop.time()
        try:
            ping = self.engine.tick(now)
            self.listener.check_deadline(now)
        except ConnectionEnded as ended:
            self.end(ended)
            return
        if ping is not None:
            self.send_packet(ping)
        self.deadline_changed()

    def end(self, ended: ConnectionEnded) -> None:
        """Close the session for a reason that the protocol found."""
        self.close(ended.reason, ended.detail)

    def close(self, reason: DisconnectReason, detail: str = "", code: int = CODE_NORMAL) -> None:
        """Close the session and tell the listener, once; `code` is for the WebSocket."""
        if self.closed:
            return
        log.debug("session_closed", reason=reason.value, detail=detail)
        if self.outbox is None:
            self._say_goodbye_by_polling(reason)
        else:
            self.outbox.close(code)
            self._forget()
        self._is_over(reason)
        self.listener.closed(reason)

    def _is_over(self, reason: DisconnectReason) -> None:
        self.closed = reason
        self.place.leave()
        if self._timer is not None:
            self._timer.cancel()
        if self._over is not None:
            self._over.set()

    def _say_goodbye_by_polling(self, reason: DisconnectReason) -> None:
        waits = self._poll is not None and not self._poll.done()
        if reason in LAST_WORDS_COUNT and (self.engine.buffered_size or not waits):
            # The last words travel alone, and the next poll is told of the end: socket.io-client forgets what
            # comes with a close. Who has been put out would come back, who has been acked would send again.
            self.release_poll()
            self._loop.call_later(FAREWELL_SECONDS, self._forget)
            return
        self.engine.enqueue(NOOP if reason is DisconnectReason.TRANSPORT_CLOSE else CLOSE)
        self.release_poll()
        self._forget()


def make_engine(sid: str, transport: TransportName, options: EngineOptions) -> EngineSession:
    """A state machine on the running loop's clock."""
    return EngineSession(sid, transport, options, asyncio.get_running_loop().time())
