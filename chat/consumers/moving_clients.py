"""A client's namespaces and sockets, handed from one process to another (see `chat.consumers.moving`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from chat.consumers.joining import make_socket
from chat.consumers.transports import transport_of
from chat.errors import HelpdeskError
from chat.socketio.connection import ConnectionState, Membership, MembershipState
from chat.socketio.errors import DisconnectReason
from chat.socketio.event_log import EventLog, LogState

if TYPE_CHECKING:
    from chat.consumers.clients import Client

log = structlog.get_logger(__name__)


def describe(client: Client) -> Any:
    """Who the client is in which namespace."""
    described = []
    for membership, socket in client.sockets.items():
        if membership.state is MembershipState.CONNECTED:
            transport_of(socket).watch()
            state = client.namespaces[membership.namespace].describe(socket)
            described.append([membership.namespace, socket.id, socket.handshake.auth, state])
    return described


async def prepare(client: Client, described: Any) -> list[Membership]:
    """Begin to serve a client that still is elsewhere; tell which namespaces do not let it in here."""
    unwelcome: list[Membership] = []
    for namespace, socket_id, auth, state in described:
        membership = client.connection.rejoin(namespace)
        socket = make_socket(client, membership, auth, socket_id)
        try:
            await client.namespaces[namespace].restore(socket, state)
            client.sockets[membership] = socket
        except Exception as error:
            if not isinstance(error, HelpdeskError):
                log.exception("socket_not_moved", namespace=namespace)
            unwelcome.append(membership)
    return unwelcome


def leave(client: Client, to: str) -> Any:
    """Let go of the client, which goes `to` another process, without telling anybody."""
    sockets, client.sockets = client.sockets, {}
    left = {}
    for membership, socket in sockets.items():
        client.acks.abandon(membership)
        if membership.state is MembershipState.CONNECTED:
            state, transport = client.namespaces[membership.namespace].leave(socket), transport_of(socket)
            log_left = transport.log.leave() if transport.log is not None else None
            left[membership.namespace] = [state, transport.watched, transport.pid, log_left]
            if client.recoveries is not None and transport.pid is not None:
                client.recoveries.leave(transport.pid, to)
    return [client.connection.leave(client.now()), client.acks.last_id, left]


async def arrive(client: Client, left: Any) -> None:
    """Go on where the other process stopped; who has left there meanwhile is seen off."""
    connection, client.acks.last_id, sockets = left
    client.connection.arrive(ConnectionState(*connection), client.now())
    for membership, socket in list(client.sockets.items()):
        if membership.namespace not in sockets:
            client.connection.forget(membership)
            client.see_off(membership, DisconnectReason.SERVER_NAMESPACE_DISCONNECT)
            continue
        client.session.place.known()
        state, watched, pid, log_left = sockets[membership.namespace]
        transport = transport_of(socket)
        transport.drop(watched)
        await client.namespaces[membership.namespace].arrive(socket, state)
        if client.recoveries is not None and pid is not None:
            transport.pid, transport.log = pid, EventLog.arrived(LogState(*log_left), client.now())
            client.recoveries.enter(pid, client)
        transport.release()
    for membership in client.unwelcome:
        client.kick(membership)
