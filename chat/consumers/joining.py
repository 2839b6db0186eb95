"""How a client comes into a namespace: as somebody new, or back to the socket that it had."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import structlog

from chat.consumers.handlers import NamespaceHandler
from chat.consumers.streams import StreamBroken
from chat.consumers.transports import NamespaceTransport, transport_of
from chat.errors import HelpdeskError
from chat.gateway.sockets import Handshake, Socket
from chat.socketio.connection import ConnectRequested, Membership, MembershipState
from chat.socketio.errors import DisconnectReason
from chat.socketio.event_log import EventLog

if TYPE_CHECKING:
    from chat.consumers.clients import Client

log = structlog.get_logger(__name__)


async def join(client: Client, request: ConnectRequested) -> None:
    """Let a client into a namespace, or refuse it."""
    membership = request.membership
    if client.session.closed or membership.state is MembershipState.LEFT:
        return
    handler = client.namespaces.get(membership.namespace)
    if handler is None:
        _refuse(client, membership, "Invalid namespace")
        return
    if client.recoveries is not None and await _recover(client, membership, request.auth, handler):
        return
    socket = make_socket(client, membership, request.auth, secrets.token_urlsafe(16))
    if client.recoveries is not None and client.recoveries.is_wanted(request.auth):
        await client.recoveries.prepare(socket)
    try:
        await handler.connect(socket)
    except HelpdeskError as error:
        _refuse(client, membership, str(error), error.data)
    except Exception:
        log.exception("socket_connect_failed", namespace=membership.namespace)
        _refuse(client, membership, "Something went wrong on our side. Please try again.", {"code": "error"})
    else:
        _welcome(client, membership, socket)


def _welcome(client: Client, membership: Membership, socket: Socket) -> None:
    client.sockets[membership] = socket
    transport = transport_of(socket)
    frame = client.connection.accept(membership, socket.id, transport.pid)
    if frame is not None:
        client.session.place.known()
        client.session.send_frame(frame)
    if client.recoveries is not None and transport.pid is not None:
        client.recoveries.enter(transport.pid, client)
    transport.release()


async def _recover(
    client: Client, membership: Membership, auth: dict[str, Any], handler: NamespaceHandler
) -> bool:
    """Go on with the socket that the client wants back: what it has missed first, then the CONNECT."""
    assert client.recoveries is not None
    absence = await client.recoveries.claim(auth, membership.namespace, client)
    if absence is None:
        return False
    socket = make_socket(client, membership, auth, absence.socket_id)
    socket.is_recoverable = socket.is_recovered = True
    transport = transport_of(socket)
    try:
        await handler.restore(socket, absence.describe())
    except HelpdeskError:
        absence.give_up()
        return False
    try:
        left = await absence.leave()
    except StreamBroken:
        await handler.disconnected(socket, DisconnectReason.TRANSPORT_ERROR)
        return False
    transport.pid, transport.log = auth["pid"], EventLog.arrived(left.log, client.now())
    transport.drop(left.heard)
    missed = transport.log.after(auth["offset"]) or []
    await handler.arrive(socket, left.state)
    if membership.state is MembershipState.CONNECTING:
        for frame, attachments in missed:
            client.send(frame, attachments)
    _welcome(client, membership, socket)
    return True


def make_socket(client: Client, membership: Membership, auth: dict[str, Any], socket_id: str) -> Socket:
    """A socket for a client's place in a namespace; until `release` what it is sent is held back."""
    # The id is shown to others; Engine.IO's sid, which is the session's secret, never is.
    request = client.session.request
    handshake = Handshake(auth, request.query, request.headers, request.address)
    return Socket(socket_id, membership.namespace, handshake, NamespaceTransport(client, membership))


def _refuse(client: Client, membership: Membership, message: str, data: Any = None) -> None:
    frame = client.connection.refuse(membership, message, data)
    if frame is not None:
        client.session.send_frame(frame)
