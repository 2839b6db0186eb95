"""Letting sockets in and seeing them off: the token, the rooms, and who is here."""

from __future__ import annotations

import asyncio
from uuid import UUID

from accounts import presence
from accounts.tokens import Principal, TokenRefused, principal_from_access_token
from chat import access, fanout, rooms
from chat.actions import people
from chat.errors import NotAuthenticated
from chat.fanout.delivery import Dialect
from chat.gateway import typing
from chat.gateway.sockets import Socket
from chat.threads import in_database_thread

_farewells: set[asyncio.Task[None]] = set()


async def let_in(socket: Socket, dialect: Dialect) -> None:
    """Find out who a socket is and put it into its person's rooms.

    Raises `NotAuthenticated` for a bad token, `Forbidden` for a claim that the database denies, and for a
    page that may not act for this person: the handshake knew of no widget yet and let in the pages of all.
    """
    handshake = socket.handshake
    principal, own_rooms = await in_database_thread(_look_up, handshake.auth.get("token"))
    access.check_origin(
        handshake.headers.get("origin"), handshake.headers.get("host", ""), principal.widget_origins
    )
    access.check_claims(principal, handshake.auth)
    socket.principal = principal
    hub = fanout.listen().hub
    hub.register(socket.namespace, dialect)
    for room in own_rooms:
        hub.join(socket, room)
    if await presence.arrive(principal.user_id, socket.id):
        await in_database_thread(people.tell_presence, principal, "online")


async def see_off(socket: Socket) -> None:
    """Take a socket out of everything; its person counts as gone after the grace time."""
    if socket.principal is None:
        return
    principal, socket.principal = socket.principal, None
    typing.stop_all(socket, principal)
    fanout.listen().hub.leave_all(socket)
    await presence.leave(principal.user_id, socket.id)
    task = asyncio.create_task(_say_goodbye(principal))
    _farewells.add(task)
    task.add_done_callback(_farewells.discard)


async def keep(socket: Socket) -> None:
    """Renew a socket's lease on being here."""
    if socket.principal is not None and await presence.renew(socket.principal.user_id, socket.id):
        await in_database_thread(people.tell_presence, socket.principal, "online")


async def _say_goodbye(principal: Principal) -> None:
    await asyncio.sleep(presence.GRACE_SECONDS)
    if await presence.has_left(principal.user_id):
        await in_database_thread(people.tell_presence, principal, presence.OFFLINE)


def _look_up(token: object) -> tuple[Principal, list[str]]:
    try:
        principal = principal_from_access_token(token)
    except TokenRefused as refused:
        raise NotAuthenticated(refused.code, str(refused)) from None
    return principal, _own_rooms(principal)


def _own_rooms(principal: Principal) -> list[str]:
    own = [rooms.user(principal.user_id)]
    if principal.is_staff_member:
        served: list[UUID] = access.served_queue_ids(principal)
        own += [rooms.staff(principal.organization_id), *map(rooms.queue, served)]
    return own
