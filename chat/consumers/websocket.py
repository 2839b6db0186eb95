"""Socket.IO by WebSocket, and the upgrade of a polling session to one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from chat.consumers import moving
from chat.consumers.draining import CODE_SERVER_RESTARTS
from chat.consumers.endpoints import Endpoint, default_endpoint
from chat.consumers.origins import is_admitted
from chat.consumers.outbox import WebSocketOutbox
from chat.consumers.requests import ClientRequest
from chat.consumers.sessions import Session
from chat.consumers.streams import Stream
from chat.socketio.engine_handshake import TransportName, check_open
from chat.socketio.errors import DisconnectReason, HandshakeError, HandshakeRefused, ProtocolViolation
from chat.socketio.sizes import is_longer

CODE_TOO_LARGE = 1009
LONGEST_OFFERED = 65_536
"""How long a text that is offered may be, in bytes; where less is allowed, each has to be looked at."""


class SocketIOWebSocketConsumer(AsyncWebsocketConsumer):
    """One WebSocket.

    It hears messages as they come, or, where the server or the session cannot, in a plain loop: Channels'
    dispatch would visit a thread for every frame and open a channel in the channel layer for every socket,
    and we need neither.
    """

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        super().__init__()
        self.endpoint = endpoint or default_endpoint()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve the WebSocket until it is closed."""
        self.scope, self.base_send, self._receive = scope, send, receive
        await receive()  # websocket.connect
        request = ClientRequest.from_scope(scope)
        try:
            begin = await self._admit(request, origin_allowed=await is_admitted(scope))
        except HandshakeRefused as refusal:
            await self._deny(refusal.error)
            return
        self._make_outbox(request)
        try:
            await self.accept()
            session = await begin()
            if session is not None:
                await self._serve(session)
        except asyncio.CancelledError:
            if not self._aborted:
                raise
        finally:
            self._outbox.discard()

    async def _admit(
        self, request: ClientRequest, *, origin_allowed: bool
    ) -> Callable[[], Awaitable[Session | None]]:
        """Return what makes the session once the WebSocket is accepted; raises HandshakeRefused."""
        sid = request.query.get("sid")
        if sid is None:
            check_open(request.query, method="GET", is_websocket=True, origin_allowed=origin_allowed)
            self.endpoint.admission.check(request.address)
            return partial(self._open, request)
        upgrade = moving.UpgradeRequest(sid, request.query.get("transport", ""), origin_allowed)
        session = self.endpoint.find(sid)
        owner = self.endpoint.owner_elsewhere(sid) if session is None else None
        if owner is not None:
            return partial(self._take, sid, await moving.ask_for(self.endpoint.relay, owner, upgrade))
        upgrade.check(session)
        assert session is not None
        return partial(self._upgrade, session)

    async def _deny(self, error: HandshakeError) -> None:
        if "websocket.http.response" in self.scope.get("extensions", {}):
            headers = [(b"content-type", b"application/json")]
            start = {"type": "websocket.http.response.start", "status": error.http_status, "headers": headers}
            await self.base_send(start)
            await self.base_send({"type": "websocket.http.response.body", "body": error.body})
        else:
            await self.close()  # before accepting: HTTP 403

    def _make_outbox(self, request: ClientRequest) -> None:
        reader = asyncio.current_task()
        self._aborted = False

        def abort() -> None:
            self._aborted = True
            if reader is not None:
                reader.cancel()

        self._outbox = WebSocketOutbox(
            self.base_send,
            text_only=bool(request.query.get("b64")),
            abort=abort,
            # helpdesk.websocket_protocol; other servers have no such thing.
            write_frame=self.scope.get("extensions", {}).get("websocket.preframed", {}).get("write"),
        )

    async def _open(self, request: ClientRequest) -> Session:
        session = self.endpoint.open(TransportName.WEBSOCKET, request)
        self._outbox.send_packet(session.engine.open_packet())
        session.attach(self._outbox)
        return session

    async def _upgrade(self, session: Session) -> Session | None:
        """Take over a polling session; None when that failed, in which case this WebSocket is closed."""
        engine = session.engine
        if not engine.begin_upgrade():
            await self.close()
            return None
        try:
            async with asyncio.timeout(engine.options.upgrade_timeout_ms / 1000):
                await moving.probe(session, self._next, self.send)
        except (ProtocolViolation, TimeoutError):
            await self.close()
            return None
        finally:
            engine.abandon_upgrade()  # or it is done
        session.attach(self._outbox)
        return session

    async def _take(self, sid: str, stream: Stream | None) -> Session | None:
        """Take over a polling session of another process; None when that failed, as in `_upgrade`."""
        session = None
        if stream is not None:
            session = await moving.take(self.endpoint, sid, stream, self._next, self.send)
        if session is None:
            await self.close()
        else:
            session.attach(self._outbox)
        return session

    async def _serve(self, session: Session) -> None:
        reason = DisconnectReason.TRANSPORT_CLOSE
        try:
            self._listen(session)
            while (wire := await self._next()) is not None:
                self._hear(session, wire)
                await session.room()
            if self._close_code == CODE_SERVER_RESTARTS:
                reason = DisconnectReason.SERVER_SHUTTING_DOWN
        finally:
            session.close(reason)

    def _listen(self, session: Session) -> None:
        """Hear texts as they come while the session has room, where the server offers them."""
        callback = self.scope.get("extensions", {}).get("websocket.callback")
        if callback is None or session.engine.options.max_payload_bytes < LONGEST_OFFERED:
            return

        def take(wire: str) -> bool:
            if session.closed or not session.has_room:
                return False
            session.receive(wire)
            return True

        callback["listen"](take)

    def _hear(self, session: Session, wire: str | bytes) -> None:
        if session.closed:
            return  # the close is on its way
        if is_longer(wire, session.engine.options.max_payload_bytes):
            session.close(DisconnectReason.TRANSPORT_ERROR, "message too large", CODE_TOO_LARGE)
        else:
            session.receive(wire)

    async def _next(self) -> str | bytes | None:
        """The next message; None once the WebSocket is closed."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._close_code = message.get("code")
            return None
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text
