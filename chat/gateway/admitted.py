"""The sockets that have been let in, and what ends it: their token, their person, their widget (SPEC §2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from uuid import UUID

import structlog
from django.db import DatabaseError

from accounts.standing import Standing, standings
from accounts.tokens import Principal
from chat import access, fanout, rooms
from chat.events import AccessChanged, Event
from chat.gateway.background import in_background
from chat.gateway.sockets import Socket
from chat.payloads import timestamp
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

TOKEN_WARNING_SECONDS = 60
"""How long before its token ends a socket is told (SPEC §2)."""
TOKEN_LOOK_SECONDS = 1
LOOK_SECONDS = 3
"""How often the database is asked whether those who are here may still be: an event about it may be lost."""

LISTENER = "admitted"
GONE = "This account, or its widget, has been switched off."
CHANGED = "What this account may do has changed: connect again."
EXPIRED = "The access token has expired: refresh it and connect again."


class Admitted:
    """The sockets of one process, by their people; one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._sockets: dict[UUID, set[Socket]] = {}
        self._told: set[Socket] = set()
        fanout.listen().hub.listen(LISTENER, self._hear)
        self._keeping = [self.loop.create_task(one) for one in (self._watch_tokens(), self._watch_people())]

    def enter(self, socket: Socket) -> None:
        """A socket was let in."""
        self._sockets.setdefault(socket.user.user_id, set()).add(socket)

    def leave(self, socket: Socket, principal: Principal) -> None:
        """A socket that was let in as this person is gone."""
        self._told.discard(socket)
        others = self._sockets.get(principal.user_id, set())
        others.discard(socket)
        if not others:
            self._sockets.pop(principal.user_id, None)

    def token_renewed(self, socket: Socket) -> None:
        """A socket has a token that ends later."""
        self._told.discard(socket)

    async def _watch_tokens(self) -> None:
        while True:
            await asyncio.sleep(TOKEN_LOOK_SECONDS)
            try:
                self._look_at_tokens(time.time())
            except Exception:
                log.exception("token_check_failed")  # and everyone else's token still counts

    async def _watch_people(self) -> None:
        looked_at = time.monotonic()
        while True:
            await asyncio.sleep(TOKEN_LOOK_SECONDS)
            if time.monotonic() - looked_at >= LOOK_SECONDS:
                looked_at = time.monotonic()
                await self.look(list(self._sockets))

    def _look_at_tokens(self, now: float) -> None:
        for socket in [socket for sockets in self._sockets.values() for socket in sockets]:
            ends = socket.principal.token_expires_at if socket.principal is not None else None
            if ends is None or ends.timestamp() - now > TOKEN_WARNING_SECONDS:
                continue
            if ends.timestamp() <= now:
                socket.dismiss("token_expired", EXPIRED)
            elif socket not in self._told:
                self._told.add(socket)
                socket.emit("token-expiring", {"expiresAt": timestamp(ends)})

    def _hear(self, event: Event) -> None:
        if not isinstance(event, AccessChanged):
            return
        concerned = [
            user_id
            for user_id, sockets in self._sockets.items()
            if str(user_id) == event.user_id
            or any(socket.principal and _is_of_widget(socket.principal, event) for socket in sockets)
        ]
        if concerned:
            in_background(self.look(concerned))

    async def look(self, user_ids: Collection[UUID]) -> None:
        """Put out who of these may no longer be here, and move agents to the queues that they serve now.

        While the database does not answer everyone stays: it is asked again.
        """
        try:
            if user_ids:
                await self._look(user_ids)
        except DatabaseError as error:
            log.warning("access_check_failed", error=type(error).__name__)
        except Exception:
            log.exception("access_check_failed")

    async def _look(self, user_ids: Collection[UUID]) -> None:
        known = await in_database_thread(standings, user_ids)
        staff = []
        for user_id in user_ids:
            for socket in list(self._sockets.get(user_id, ())):
                if socket.principal is not None and self._may_stay(socket, known.get(user_id)):
                    staff += [socket] if socket.is_staff_member else []
        if staff:
            served = await in_database_thread(access.queue_ids_served_by, {one.user for one in staff})
            for socket in staff:
                _serve(socket, served)

    def _may_stay(self, socket: Socket, standing: Standing | None) -> bool:
        if standing is None:
            socket.dismiss("token_invalid", GONE)
            return False
        if standing != Standing(socket.user.role, socket.user.organization_id):
            socket.dismiss("token_invalid", CHANGED)
            return False
        return True


def _is_of_widget(principal: Principal, event: AccessChanged) -> bool:
    return event.widget_id is not None and str(principal.widget_id) == event.widget_id


def _serve(socket: Socket, served: dict[UUID, set[UUID]]) -> None:
    if socket.principal is None:
        return  # it closed meanwhile
    hub = fanout.listen().hub
    wanted = {rooms.queue(queue_id) for queue_id in served.get(socket.principal.user_id, ())}
    now_in = {room for room in hub.rooms_of(socket) if room.startswith(rooms.queue(""))}
    for room in now_in - wanted:
        hub.leave(socket, room)
    for room in wanted - now_in:
        hub.join(socket, room)


_admitted: Admitted | None = None


def admitted() -> Admitted:
    """The sockets of the running event loop."""
    global _admitted
    if _admitted is None or _admitted.loop is not asyncio.get_running_loop():
        _admitted = Admitted()
    return _admitted
