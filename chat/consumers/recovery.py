"""Connection state recovery: sockets whose connection broke wait two minutes for their clients.

A client that asked for it with `recovery: true` got a `pid`, a secret that names the process which gave it
out, and an offset with each event. A stand-in takes the place of its socket in all rooms and goes on with
its log. A client that comes back, to whatever process, takes its socket with it; where its old connection
still seems to be alive, that is closed first. Where a socket went to another process, a pointer stays, and
a note in Redis, which outlives the process.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chat.consumers.absences import Absence, AbsentElsewhere, AbsentHere
from chat.consumers.handlers import NamespaceHandler
from chat.consumers.relay import OVERLAP_SECONDS, Relay
from chat.consumers.session_ids import new_session_id, process_of
from chat.consumers.streams import Stream, StreamBroken
from chat.consumers.transports import transport_of
from chat.gateway.sockets import Socket
from chat.socketio.errors import DisconnectReason
from chat.socketio.event_log import EventLog

if TYPE_CHECKING:
    from chat.consumers.clients import Client

SUBJECT = "recovery"
PURPOSE = "pid"
RECOVERY_SECONDS = 120.0
FINISH_SECONDS = 5.0
"""How long what a client has asked for over its old connection may take to finish."""
MAX_ABSENT = 5_000
MAX_POINTERS = 50_000
MAX_HOPS = 5
FORWARDING_SECONDS = 86_400
"""How long it is known where a socket went whose `pid` names a process that has ended."""
RECOVERABLE = frozenset(
    {
        DisconnectReason.TRANSPORT_CLOSE,
        DisconnectReason.TRANSPORT_ERROR,
        DisconnectReason.FORCED_CLOSE,
        DisconnectReason.FORCED_SERVER_CLOSE,
        DisconnectReason.PING_TIMEOUT,
        DisconnectReason.SERVER_SHUTTING_DOWN,
    }
)
"""Whoever left a namespace, or was put out of it, has gone for good."""


class Recoveries:
    """The recoverable sockets of one process: those whose clients are connected, and those that wait."""

    def __init__(self, relay: Relay, *, for_all: bool = False) -> None:
        self._for_all = for_all
        self._relay = relay
        self._present: dict[str, Client] = {}
        self._absent: OrderedDict[str, AbsentHere] = OrderedDict()
        self._gone_to: OrderedDict[str, str] = OrderedDict()
        self._let_go: set[str] = set()
        relay.answer(SUBJECT, self._give)

    @property
    def any_awaited(self) -> bool:
        """Whether sockets wait for clients that were told to come back elsewhere."""
        return not self._let_go.isdisjoint(self._absent)

    def is_wanted(self, auth: dict[str, Any]) -> bool:
        """Whether a client asks for recovery."""
        return self._for_all or auth.get("recovery") is True

    async def prepare(self, socket: Socket) -> None:
        """Make a socket recoverable, before it is let in."""
        await self._relay.ready()
        transport = transport_of(socket)
        transport.pid = new_session_id(self._relay.name, PURPOSE)
        transport.log = EventLog(f"{secrets.token_urlsafe(6)}.")
        socket.is_recoverable = True

    def enter(self, pid: str, client: Client) -> None:
        """A recoverable socket's client is connected here."""
        self._present[pid] = client
        self._gone_to.pop(pid, None)

    def leave(self, pid: str, to: str | None = None) -> None:
        """It is not recoverable any more, or has gone to another process."""
        self._present.pop(pid, None)
        if to is not None:
            self._gone_to[pid] = to
            self._relay.note(_note_of(pid), to, FORWARDING_SECONDS)
            if len(self._gone_to) > MAX_POINTERS:
                self._gone_to.popitem(last=False)

    def disconnected(self, socket: Socket, handler: NamespaceHandler, reason: DisconnectReason) -> None:
        """A socket is about to be seen off: where its client may come back, keep its place for a while."""
        transport = transport_of(socket)
        pid, log = transport.pid, transport.log
        if pid is None or log is None:
            return
        self.leave(pid)
        if reason not in RECOVERABLE:
            return
        self._absent[pid] = absent = AbsentHere(socket, handler, log)
        if reason is DisconnectReason.SERVER_SHUTTING_DOWN:
            self._let_go.add(pid)
        absent.expiry = asyncio.get_running_loop().call_later(RECOVERY_SECONDS, self._expire, pid)
        if len(self._absent) > MAX_ABSENT:
            self._expire(next(iter(self._absent)))

    async def claim(self, auth: dict[str, Any], namespace: str, client: Client) -> Absence | None:
        """Find the socket that a client wants back by its `pid` and `offset`; None where there is none."""
        pid, offset = auth.get("pid"), auth.get("offset")
        process = process_of(pid, PURPOSE)
        if process is None:
            return None
        assert isinstance(pid, str)
        if self._present.get(pid) is client:
            return None  # which it is on this very connection
        for _ in range(MAX_HOPS):
            if process == self._relay.name:
                found = await self._find(pid, offset, namespace)
                if found is not None or pid not in self._gone_to:
                    return found
                process = self._gone_to[pid]
            try:
                stream = await self._relay.open(process, SUBJECT, [pid, offset, namespace])
            except StreamBroken:
                # It has ended; before, somebody may have taken the socket from it.
                gone, process = process, await self._relay.find_note(_note_of(pid))
                if process is None or process == gone:
                    return None
                continue
            try:
                answer, *details = await stream.receive()
            except StreamBroken:
                return None
            if answer == "found":
                return AbsentElsewhere(stream, *details)
            (process,) = details
        return None

    async def _find(self, pid: str, offset: Any, namespace: str) -> AbsentHere | None:
        present = self._present.get(pid)
        if present is not None:
            # It has come back, so its old connection is dead, whatever it looks like.
            present.session.close(DisconnectReason.TRANSPORT_ERROR, "the client came back by another one")
            with suppress(TimeoutError):
                async with asyncio.timeout(FINISH_SECONDS):
                    await present.idle()
        absent = self._absent.get(pid)
        if absent is None or absent.stand_in.namespace != namespace:
            return None
        if absent.stand_in.log.after(offset) is None:
            return None
        del self._absent[pid]  # once: whoever comes second gets nothing
        assert absent.expiry is not None
        absent.expiry.cancel()
        return absent

    async def _give(self, stream: Stream, asked: Any) -> None:
        pid, offset, namespace = asked
        absent = await self._find(pid, offset, namespace)
        if absent is None:
            if pid in self._gone_to:
                await stream.send(["gone to", self._gone_to[pid]], last=True)
            return
        absent.describe()
        try:
            await asyncio.sleep(OVERLAP_SECONDS)
            await stream.send(["found", absent.socket_id, absent.describe()])
            await stream.receive()  # it is prepared
            await asyncio.sleep(OVERLAP_SECONDS)
        except StreamBroken:
            absent.give_up()
            raise
        self.leave(pid, to=stream.peer)
        await stream.send(absent.let_go(), last=True)

    def _expire(self, pid: str) -> None:
        absent = self._absent.pop(pid, None)
        if absent is not None:
            absent.give_up()


def _note_of(pid: str) -> str:
    # Redis is not told what opens a session.
    return hashlib.sha256(pid.encode()).hexdigest()
