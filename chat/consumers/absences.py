"""Sockets whose clients are away: what stands in for them, and how somebody takes them over."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, Protocol

from chat.consumers.handlers import NamespaceHandler
from chat.consumers.streams import Stream
from chat.gateway.sockets import Socket
from chat.socketio.delivery import Delivery
from chat.socketio.event_log import EventLog, LogState, Sent


class StandIn:
    """Takes a socket's place in its rooms while its client is away."""

    __slots__ = ("_loop", "heard", "is_staff_member", "log", "namespace", "user_id")

    def __init__(self, socket: Socket, log: EventLog) -> None:
        self.namespace = socket.namespace
        self.user_id = socket.user_id
        self.is_staff_member = socket.is_staff_member
        self.log = log
        self.heard: list[Sent] | None = None
        """What has been told it since somebody came to take it: he may have heard it, too."""
        self._loop = asyncio.get_running_loop()

    def deliver(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Keep what the client will want to know later."""
        if delivery is Delivery.RELIABLE:
            self.log.add(frame, [], self._loop.time())
            if self.heard is not None:
                self.heard.append((frame, []))


class Left(NamedTuple):
    """How far an absent socket was served: the handler's word, what its stand-in heard at last, its log."""

    state: dict[str, Any]
    heard: list[Sent]
    log: LogState


class Absence(Protocol):
    """A socket that somebody has come to take, wherever it is."""

    socket_id: str

    def describe(self) -> dict[str, Any]:
        """What has to be known to begin to serve it; what it hears from now on is noted."""

    async def leave(self) -> Left:
        """It is served where it is taken to: let go of it. Raises StreamBroken when it got lost."""

    def give_up(self) -> None:
        """It is not taken after all."""


class AbsentHere:
    """A socket of this process whose client is away."""

    def __init__(self, socket: Socket, handler: NamespaceHandler, log: EventLog) -> None:
        self.socket_id = socket.id
        self.stand_in = StandIn(socket, log)
        self.expiry: asyncio.TimerHandle | None = None
        self._handler = handler
        handler.stand_in(socket, self.stand_in)

    def describe(self) -> dict[str, Any]:
        """What has to be known to begin to serve it; what it hears from now on is noted."""
        if self.stand_in.heard is None:
            self.stand_in.heard = []
        return self._handler.describe(self.stand_in)

    async def leave(self) -> Left:
        """Let go of it."""
        return self.let_go()

    def let_go(self) -> Left:
        """As `leave`."""
        return Left(self._handler.leave(self.stand_in), self.stand_in.heard or [], self.stand_in.log.leave())

    def give_up(self) -> None:
        """Forget it: a secret that was shown twice is none."""
        self._handler.leave(self.stand_in)


class AbsentElsewhere:
    """A socket that another process hands over."""

    def __init__(self, stream: Stream, socket_id: str, described: dict[str, Any]) -> None:
        self.socket_id = socket_id
        self._described = described
        self._stream = stream

    def describe(self) -> dict[str, Any]:
        """What has to be known to begin to serve it."""
        return self._described

    async def leave(self) -> Left:
        """Have the other process let go of it."""
        await self._stream.send("prepared")
        state, heard, log = await self._stream.receive()
        return Left(state, [(frame, attachments) for frame, attachments in heard], LogState(*log))

    def give_up(self) -> None:
        """The other process forgets it."""
        self._stream.close()
