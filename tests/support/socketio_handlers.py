"""What the test server's namespaces do: they say what they were told, and misbehave when asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from chat.errors import HelpdeskError, NotAuthenticated
from chat.gateway.sockets import Socket, Unanswered
from chat.socketio.attachments import encode_with_attachments
from chat.socketio.delivery import Delivery
from chat.socketio.packets import Packet, PacketType
from tests.support.socketio_rooms import Rooms

if TYPE_CHECKING:
    from chat.fanout.delivery import Member

DONE = {"ok": True}
NO_ACK = None
EMPTY_ACK = ()
MOST_TIMES, MOST_BYTES = 10_000, 1_000_000
MOST_SECONDS = 60.0

Handler = Callable[..., Awaitable[Any]]


class EchoNamespace:
    """Emits what it was given, acks what it was asked, and keeps a diary of who left."""

    departures: list[tuple[str, str]] = []
    heartbeats: dict[str, int] = {}
    open_questions: list[Socket] = []
    _background: set[asyncio.Task[Any]] = set()

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.handlers: dict[str, Handler] = {
            "message": self.message,
            "message-with-ack": self.message_with_ack,
            "answer": self.answer,
            "refused": self.refused,
            "noack": self.no_ack,
            "ack-empty": self.ack_with_nothing,
            "ask": self.ask,
            "kick": self.kick,
            "kick-all": self.kick_all,
            "close": self.close,
            "slow": self.slow,
            "burst": self.burst,
            "volatile-burst": self.volatile_burst,
            "fail": self.fail,
            "join": self.join,
            "to-room": self.to_room,
            "to-room-after": self.to_room_after,
            "handshake": self.handshake,
            "open-questions": self.tell_open_questions,
            "departures": self.tell_departures,
            "heartbeats": self.tell_heartbeats,
        }

    # What the gateway calls

    async def connect(self, socket: Socket) -> None:
        socket.emit("auth", socket.handshake.auth)

    async def event(self, socket: Socket, name: str, arguments: list[Any]) -> Any:
        handler = self.handlers.get(name)
        if handler is None:
            return NO_ACK
        try:
            return await handler(socket, *arguments)
        except (TypeError, ValueError, AttributeError):
            return {"ok": False, "error": {"code": "invalid", "message": "Other arguments, please."}}

    async def disconnected(self, socket: Socket, reason: str) -> None:
        self.rooms.leave_all(socket)
        self.departures.append((socket.id, reason))

    async def heartbeat(self, socket: Socket) -> None:
        self.heartbeats[socket.id] = self.heartbeats.get(socket.id, 0) + 1

    def stand_in(self, socket: Socket, other: Member) -> None:
        for room in self.rooms.of(socket):
            self.rooms.join(other, room)

    def describe(self, member: Member) -> dict[str, Any]:
        return {"rooms": self.rooms.of(member)}

    async def restore(self, socket: Socket, described: dict[str, Any]) -> None:
        for room in described["rooms"]:
            self.rooms.join(socket, room)

    def leave(self, member: Member) -> dict[str, Any]:
        self.rooms.leave_all(member)
        return {}

    async def arrive(self, socket: Socket, left: dict[str, Any]) -> None: ...

    # Events and acks

    async def message(self, socket: Socket, *arguments: Any) -> None:
        emit(socket, "message-back", arguments)

    async def message_with_ack(self, socket: Socket, *arguments: Any) -> Any:
        return arguments

    async def answer(self, socket: Socket) -> Any:
        return DONE

    async def refused(self, socket: Socket) -> Any:
        return {"ok": False, "error": {"code": "invalid", "message": "No."}}

    async def no_ack(self, socket: Socket, *arguments: Any) -> None:
        return NO_ACK

    async def ack_with_nothing(self, socket: Socket, *arguments: Any) -> Any:
        return EMPTY_ACK

    async def ask(self, socket: Socket, event: str, payload: Any, milliseconds: float) -> None:
        self._later(self._ask(socket, str(event), payload, float(milliseconds)))

    async def _ask(self, socket: Socket, event: str, payload: Any, milliseconds: float) -> None:
        self.open_questions.append(socket)
        try:
            answer = await socket.ask(event, payload, timeout_seconds=min(milliseconds / 1000, MOST_SECONDS))
        except Unanswered:
            socket.emit("ask-result", {"ok": False, "args": []})
        else:
            emit(socket, "ask-result", [{"ok": True, "args": answer}])
        finally:
            self.open_questions.remove(socket)

    # Leaving, and being slow

    async def kick(self, socket: Socket) -> None:
        socket.disconnect()

    async def kick_all(self, socket: Socket) -> None:
        socket.transport.disconnect_all()

    async def close(self, socket: Socket) -> None:
        socket.transport.close()

    async def slow(self, socket: Socket, seconds: float) -> Any:
        await asyncio.sleep(min(seconds, MOST_SECONDS))
        return {"ok": True, "slept": seconds}

    async def burst(self, socket: Socket, times: int, size: int = 0) -> Any:
        padding = ["x" * min(size, MOST_BYTES)] if size else []
        for number in range(min(times, MOST_TIMES)):
            socket.emit("tick", number, *padding)
        return DONE

    async def volatile_burst(self, socket: Socket, times: int, size: int = 0) -> Any:
        for number in range(times):
            socket.emit("tick", number, "x" * size, delivery=Delivery.VOLATILE)
        return DONE

    async def fail(self, socket: Socket) -> None:
        raise RuntimeError("a handler that fails")

    # Rooms

    async def join(self, socket: Socket, room: str) -> Any:
        self.rooms.join(socket, room)
        return DONE

    async def to_room(self, socket: Socket, room: str, event: str, payload: Any = None) -> Any:
        await self.rooms.say(socket.namespace, room, event, payload)
        return DONE

    async def to_room_after(
        self, socket: Socket, milliseconds: float, room: str, event: str, payload: Any = None
    ) -> Any:
        self._later(self._say_after(float(milliseconds), socket.namespace, room, event, payload))
        return DONE

    async def _say_after(self, milliseconds: float, *what: Any) -> None:
        await asyncio.sleep(min(milliseconds / 1000, MOST_SECONDS))
        await self.rooms.say(*what)

    # What the server knows

    async def handshake(self, socket: Socket) -> Any:
        handshake = socket.handshake
        return {
            "auth": handshake.auth,
            "query": handshake.query,
            "recovered": socket.is_recovered,
            "header": handshake.headers,
            "address": handshake.address,
        }

    async def tell_open_questions(self, socket: Socket) -> Any:
        return len(self.open_questions)

    async def tell_departures(self, socket: Socket) -> Any:
        return self.departures

    async def tell_heartbeats(self, socket: Socket) -> Any:
        return self.heartbeats.get(socket.id, 0)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


class RefusingNamespace(EchoNamespace):
    """Emits and then refuses: nothing but the refusal may reach the client."""

    async def connect(self, socket: Socket) -> None:
        socket.emit("secret", 1)
        await asyncio.sleep(0.01)
        raise NotAuthenticated("token_expired", "The token has expired.")


class DeniedNamespace(EchoNamespace):
    """Lets in who has the token "ok"."""

    async def connect(self, socket: Socket) -> None:
        if socket.handshake.auth.get("token") != "ok":
            raise NotAuthorized("not authorized")
        await super().connect(socket)


class NotAuthorized(HelpdeskError):
    """A refusal that tells the client's program more than a code."""

    code = "E_AUTH"

    @property
    def data(self) -> dict[str, Any]:
        return {**super().data, "retry": False}


class SlowNamespace(EchoNamespace):
    """Takes its time to let a client in, and to see it off, which it tells on the standard output."""

    async def connect(self, socket: Socket) -> None:
        socket.emit("early", 1)
        await asyncio.sleep(0.1)
        socket.emit("auth", socket.handshake.auth)

    async def disconnected(self, socket: Socket, reason: str) -> None:
        await asyncio.sleep(0.5)
        print(f"{socket.id} has been seen off", flush=True)
        await super().disconnected(socket, reason)


def emit(socket: Socket, name: str, arguments: Any) -> None:
    """Send an event that may hold bytes."""
    packet = Packet(PacketType.EVENT, socket.namespace, [name, *arguments])
    frame, attachments = encode_with_attachments(packet)
    if attachments:
        socket.transport.send_binary_event(frame, attachments)
    else:
        socket.transport.send_frame(frame)
