"""What a polling request does to its session; whichever process has taken it from the network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from chat.consumers.sessions import Session
from chat.socketio.engine_handshake import check_request
from chat.socketio.errors import DisconnectReason, HandshakeError, HandshakeRefused, ProtocolViolation

JSON = b"application/json"
PACKETS = b"text/plain; charset=UTF-8"
PUSHED = b"text/html"
BINARY = "application/octet-stream"

Receive = Callable[[], Awaitable[dict[str, Any]]]
"""Brings the request's body, and the news that the client went away, as ASGI does."""


class RequestAborted(Exception):
    """The client went away before it had sent, or received, everything."""


class BodyTooLarge(Exception):
    """The body is longer than the server told the client it may be."""


class PollingRequest(NamedTuple):
    """The head of a request with a sid."""

    sid: str
    method: str
    transport: str
    content_type: str
    content_length: str
    origin_allowed: bool


class Answer(NamedTuple):
    """What the client is answered."""

    status: int
    body: bytes
    content_type: bytes

    @classmethod
    def refusing(cls, error: HandshakeError) -> Answer:
        """The answer to a request that is not accepted."""
        return cls(error.http_status, error.body, JSON)


TOO_LARGE = Answer(413, b"Payload too large", PUSHED)


async def answer(session: Session | None, request: PollingRequest, receive: Receive) -> Answer:
    """Do what a client asks of its session, which lives in this process; None says that there is none.

    Raises RequestAborted when the client is gone.
    """
    try:
        transport = session.engine.transport if session is not None else None
        check_request(
            {"transport": request.transport},
            transport,
            is_websocket=False,
            origin_allowed=request.origin_allowed,
        )
        assert session is not None
        if request.method == "GET":
            return await _poll(session, receive)
        if request.method == "POST":
            return await _push(session, request, receive)
        raise HandshakeRefused(HandshakeError.BAD_METHOD)
    except HandshakeRefused as refusal:
        return Answer.refusing(refusal.error)


async def _poll(session: Session, receive: Receive) -> Answer:
    payload = asyncio.ensure_future(session.next_payload())
    abort = asyncio.ensure_future(_wait_until_aborted(receive))
    try:
        await asyncio.wait({payload, abort}, return_when=asyncio.FIRST_COMPLETED)
        if abort.done():
            session.close(DisconnectReason.TRANSPORT_ERROR, "a poll was aborted")
            raise RequestAborted
        return Answer(200, payload.result(), PACKETS)
    except ProtocolViolation as violation:
        session.end(violation)
        raise HandshakeRefused(HandshakeError.BAD_REQUEST) from None
    finally:
        payload.cancel()
        abort.cancel()


async def _wait_until_aborted(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _push(session: Session, request: PollingRequest, receive: Receive) -> Answer:
    if session.closed:
        raise HandshakeRefused(HandshakeError.UNKNOWN_SESSION)
    max_bytes = session.engine.options.max_payload_bytes
    if not request.content_length.isdecimal() or int(request.content_length) > max_bytes:
        return TOO_LARGE
    try:
        session.engine.begin_push()
        if request.content_type.startswith(BINARY):
            raise ProtocolViolation("a push is text", DisconnectReason.TRANSPORT_ERROR)
        body = await _read_body(receive, max_bytes)
    except ProtocolViolation as violation:
        session.end(violation)
        raise HandshakeRefused(HandshakeError.BAD_REQUEST) from None
    except RequestAborted:
        session.close(DisconnectReason.TRANSPORT_ERROR, "a push was aborted")
        raise
    except BodyTooLarge:
        session.engine.end_push()
        return TOO_LARGE
    session.receive_payload(body)
    session.engine.end_push()
    if session.closed not in (None, DisconnectReason.TRANSPORT_CLOSE):
        raise HandshakeRefused(HandshakeError.BAD_REQUEST)
    await session.room()
    return Answer(200, b"ok", PUSHED)


async def _read_body(receive: Receive, max_bytes: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise BodyTooLarge
        if not message.get("more_body"):
            return bytes(body)
