"""Socket.IO by HTTP long-polling."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.generic.http import AsyncHttpConsumer

from chat.consumers.endpoints import Endpoint, default_endpoint
from chat.consumers.origins import Headers, cors_headers, is_admitted, preflight_headers
from chat.consumers.requests import ClientRequest
from chat.consumers.sessions import Session
from chat.socketio.engine_handshake import TransportName, check_open, check_request
from chat.socketio.errors import DisconnectReason, HandshakeError, HandshakeRefused, ProtocolViolation

JSON = b"application/json"
PACKETS = b"text/plain; charset=UTF-8"
PUSHED = b"text/html"
BINARY = "application/octet-stream"


class RequestAborted(Exception):
    """The client went away before it had sent, or received, everything."""


class BodyTooLarge(Exception):
    """The body is longer than the server told the client it may be."""


class SocketIOPollingConsumer(AsyncHttpConsumer):
    """One HTTP request.

    It reads in its own way: Channels' consumer collects the whole body before it looks at anything, and
    does not notice that a client went away while an answer is being waited for.
    """

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        super().__init__()
        self.endpoint = endpoint or default_endpoint()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer the request; a poll is answered when there is something to tell."""
        self.scope, self.base_send, self._receive = scope, send, receive
        self._origin_allowed = await is_admitted(scope)
        if scope["method"] == "OPTIONS":
            await self._answer_preflight()
            return
        request = ClientRequest.from_scope(scope)
        try:
            session = self._admit(request)
            if session is None:
                await self._open(request)
            elif scope["method"] == "GET":
                await self._poll(session)
            elif scope["method"] == "POST":
                await self._push(session, request)
            else:
                raise HandshakeRefused(HandshakeError.BAD_METHOD)
        except HandshakeRefused as refusal:
            await self._refuse(refusal.error)
        except RequestAborted:
            pass

    def _admit(self, request: ClientRequest) -> Session | None:
        """Return the session a request belongs to, None for a new one; raises HandshakeRefused."""
        sid = request.query.get("sid")
        allowed = self._origin_allowed
        if sid is None:
            check_open(request.query, method=self.scope["method"], is_websocket=False, origin_allowed=allowed)
            return None
        session = self.endpoint.find(sid)
        transport = session.engine.transport if session is not None else None
        check_request(request.query, transport, is_websocket=False, origin_allowed=allowed)
        return session

    async def _open(self, request: ClientRequest) -> None:
        session = self.endpoint.open(TransportName.POLLING, request)
        await self._answer(200, session.engine.open_packet().encode(), PACKETS)

    # GET

    async def _poll(self, session: Session) -> None:
        answer = asyncio.ensure_future(session.next_payload())
        abort = asyncio.ensure_future(self._wait_until_aborted())
        try:
            await asyncio.wait({answer, abort}, return_when=asyncio.FIRST_COMPLETED)
            if abort.done():
                session.close(DisconnectReason.TRANSPORT_ERROR, "a poll was aborted")
                return
            payload = answer.result()
        except ProtocolViolation as violation:
            session.end(violation)
            raise HandshakeRefused(HandshakeError.BAD_REQUEST) from None
        finally:
            answer.cancel()
            abort.cancel()
        await self._answer(200, payload, PACKETS)

    async def _wait_until_aborted(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    # POST

    async def _push(self, session: Session, request: ClientRequest) -> None:
        if session.closed:
            raise HandshakeRefused(HandshakeError.UNKNOWN_SESSION)
        max_bytes = session.engine.options.max_payload_bytes
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > max_bytes:
            await self._answer_too_large()
            return
        try:
            session.engine.begin_push()
            if request.headers.get("content-type", "").startswith(BINARY):
                raise ProtocolViolation("a push is text", DisconnectReason.TRANSPORT_ERROR)
            body = await self._read_body(max_bytes)
        except ProtocolViolation as violation:
            session.end(violation)
            raise HandshakeRefused(HandshakeError.BAD_REQUEST) from None
        except RequestAborted:
            session.close(DisconnectReason.TRANSPORT_ERROR, "a push was aborted")
            raise
        except BodyTooLarge:
            session.engine.end_push()
            await self._answer_too_large()
            return
        session.receive_payload(body)
        session.engine.end_push()
        if session.closed not in (None, DisconnectReason.TRANSPORT_CLOSE):
            raise HandshakeRefused(HandshakeError.BAD_REQUEST)
        await session.room()
        await self._answer(200, b"ok", PUSHED)

    async def _read_body(self, max_bytes: int) -> bytes:
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            body += message.get("body", b"")
            if len(body) > max_bytes:
                raise BodyTooLarge
            if not message.get("more_body"):
                return bytes(body)

    # Answers

    async def _answer(
        self, status: int, body: bytes, content_type: bytes, headers: Headers | None = None
    ) -> None:
        common = [
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *cors_headers(self.scope, admitted=self._origin_allowed),
        ]
        await self.send_response(status, body, headers=common + (headers or []))

    async def _refuse(self, error: HandshakeError) -> None:
        # Without reading a body: whoever has no session may not make us read one.
        await self._answer(error.http_status, error.body, JSON, self._end_of_connection())

    async def _answer_too_large(self) -> None:
        await self._answer(413, b"Payload too large", PUSHED, self._end_of_connection())

    def _end_of_connection(self) -> Headers:
        return [(b"connection", b"close")] if self.scope["method"] not in ("GET", "HEAD") else []

    async def _answer_preflight(self) -> None:
        allowed = self._origin_allowed
        headers = preflight_headers(self.scope, admitted=allowed)
        await self.send_response(204 if allowed else 403, b"", headers=headers)
