"""Which request may open, use or upgrade an Engine.IO session: the checks, in the protocol's order."""

from __future__ import annotations

from enum import StrEnum

from chat.socketio.errors import HandshakeError, HandshakeRefused

PROTOCOL_VERSION = "4"


class TransportName(StrEnum):
    """How a session's packets travel."""

    POLLING = "polling"
    WEBSOCKET = "websocket"


def requested_transport(query: dict[str, str]) -> TransportName:
    """The transport a query names; raises HandshakeRefused for any other (code 0)."""
    try:
        return TransportName(query.get("transport", ""))
    except ValueError:
        raise HandshakeRefused(HandshakeError.UNKNOWN_TRANSPORT) from None


def check_open(
    query: dict[str, str], *, method: str, is_websocket: bool, origin_allowed: bool
) -> TransportName:
    """Check a request without a sid and return the transport of the session to open.

    Flutter's client opens a WebSocket that says `transport=polling` unless configured otherwise: it is
    taken as the WebSocket it is. Raises HandshakeRefused.
    """
    transport = requested_transport(query)
    if method != "GET":
        raise HandshakeRefused(HandshakeError.BAD_METHOD)
    if transport is TransportName.WEBSOCKET and not is_websocket:
        raise HandshakeRefused(HandshakeError.BAD_REQUEST)
    if not origin_allowed:
        raise HandshakeRefused(HandshakeError.FORBIDDEN)
    if query.get("EIO") != PROTOCOL_VERSION:
        raise HandshakeRefused(HandshakeError.UNSUPPORTED_VERSION)
    return TransportName.WEBSOCKET if is_websocket else transport


def check_request(
    query: dict[str, str],
    session_transport: TransportName | None,
    *,
    is_websocket: bool,
    origin_allowed: bool,
) -> None:
    """Check a request with a sid; `session_transport` is None when no session has it.

    A WebSocket with a sid asks for the upgrade; whether that is possible, `EngineSession.begin_upgrade` says.
    Raises HandshakeRefused.
    """
    transport = requested_transport(query)
    if session_transport is None:
        raise HandshakeRefused(HandshakeError.UNKNOWN_SESSION)
    if is_websocket:
        if transport is not TransportName.WEBSOCKET:
            raise HandshakeRefused(HandshakeError.BAD_REQUEST)
    elif transport is not session_transport or transport is TransportName.WEBSOCKET:
        raise HandshakeRefused(HandshakeError.BAD_REQUEST)
    if not origin_allowed:
        raise HandshakeRefused(HandshakeError.FORBIDDEN)
