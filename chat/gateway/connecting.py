"""Letting sockets in and seeing them off: the token, the rooms, and who is here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from accounts import absence, presence
from accounts.tokens import (
    Principal,
    TokenRefused,
    principal_from_access_token,
    principals_from_access_tokens,
)
from chat import access, fanout, rooms
from chat.actions import people
from chat.batched import Batched
from chat.errors import NotAuthenticated
from chat.fanout.delivery import Dialect
from chat.gateway import typing
from chat.gateway.admitted import admitted
from chat.gateway.background import in_background
from chat.gateway.sockets import Socket
from chat.socketio.errors import DisconnectReason
from chat.threads import in_database_thread

RETRY_SECONDS = 2
"""How soon a lease is renewed again that a Redis has not taken: it must not end meanwhile."""


async def let_in(socket: Socket, dialect: Dialect) -> None:
    """Find out who a socket is and put it into its person's rooms.

    Raises `NotAuthenticated` for a bad token, `Forbidden` for a claim that the database denies, and for a
    page that may not act for this person: the handshake knew of no widget yet and let in the pages of all.
    """
    handshake = socket.handshake
    principal, own_rooms = await _people.ask(handshake.auth.get("token"))
    access.check_origin(
        handshake.headers.get("origin"), handshake.headers.get("host", ""), principal.widget_origins
    )
    access.check_claims(principal, handshake.auth)
    socket.identify(principal)
    absence.keep_watch()
    admitted().enter(socket)
    hub = fanout.listen().hub
    hub.register(socket.namespace, dialect)
    for room in own_rooms:
        hub.join(socket, room)
    if not await _say_here(socket, principal):
        in_background(_keep_trying(socket, principal))


async def see_off(socket: Socket, reason: str = "") -> None:
    """Take a socket out of everything; its person counts as gone after the grace time."""
    if socket.principal is None:
        return
    principal = _forget(socket, socket.principal)
    silent_since = socket.heard_at if reason == DisconnectReason.PING_TIMEOUT else None
    await presence.leave(principal.user_id, socket.id, silent_since)
    in_background(_say_goodbye(principal))


def move_out(socket: Socket) -> None:
    """As `see_off`, and nobody is told: another process has let it in, and its person stays."""
    if socket.principal is not None:
        socket.state["moved"] = True
        principal = _forget(socket, socket.principal)
        presence.move_out(principal.user_id, socket.id)


def _forget(socket: Socket, principal: Principal) -> Principal:
    socket.identify(None)
    admitted().leave(socket, principal)
    typing.stop_all(socket, principal)
    if (suggestion := socket.state.pop("suggestion", None)) is not None:
        suggestion.cancel()
    fanout.listen().hub.leave_all(socket)
    return principal


async def keep(socket: Socket) -> None:
    """Renew a socket's lease on being here; where Redis does not answer, until it does."""
    socket.heard_at = time.time()
    if socket.principal is not None and not await _say_here(socket, socket.principal):
        await _keep_trying(socket, socket.principal)


async def _say_here(socket: Socket, principal: Principal) -> bool:
    """Renew a lease, and tell those who do not know it yet; say whether Redis answered."""
    is_news = await presence.renew(principal.user_id, socket.id)
    if socket.principal is None and "moved" not in socket.state:
        # It was seen off meanwhile, and this lease may have come after its end.
        await presence.leave(principal.user_id, socket.id, socket.heard_at)
        return True
    if is_news and socket.principal is not None:
        await _arrivals.ask(principal)
    return is_news is not None


async def _keep_trying(socket: Socket, principal: Principal) -> None:
    while True:
        await asyncio.sleep(RETRY_SECONDS)
        if socket.principal is None or await _say_here(socket, principal):
            return


async def _say_goodbye(principal: Principal) -> None:
    await asyncio.sleep(presence.GRACE_SECONDS)
    if await presence.has_left(principal.user_id):
        await in_database_thread(people.tell_presence, principal, presence.OFFLINE)


def principal_of_token(token: object) -> Principal:
    """Find out whose token this is. Raises `NotAuthenticated`."""
    try:
        return principal_from_access_token(token)
    except TokenRefused as refused:
        raise NotAuthenticated(refused.code, str(refused)) from None


def _look_up(tokens: Sequence[object]) -> list[tuple[Principal, list[str]] | NotAuthenticated]:
    """Find out whose tokens these are, and which rooms each is in from the beginning."""
    found = principals_from_access_tokens(tokens)
    served = access.queue_ids_served_by(
        {one for one in found if isinstance(one, Principal) and one.is_staff_member}
    )
    return [
        NotAuthenticated(one.code, str(one))
        if isinstance(one, TokenRefused)
        else (one, _own_rooms(one, served))
        for one in found
    ]


def _own_rooms(principal: Principal, served: Mapping[UUID, Collection[UUID]]) -> list[str]:
    own = [rooms.user(principal.user_id)]
    if principal.is_staff_member:
        own += [rooms.staff(principal.organization_id), *map(rooms.queue, served[principal.user_id])]
    return own


def _tell_here(people_here: Sequence[Principal]) -> list[None]:
    people.tell_here(*people_here)
    return [None] * len(people_here)


_people = Batched(_look_up)
_arrivals = Batched(_tell_here)
