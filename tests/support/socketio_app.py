"""An ASGI application that serves test namespaces at /socket.io/ and a bare Engine.IO echo at /engine.io/."""

import os

import django
from django.conf import settings

# Only what the transports need: no Redis, and a database without a table, so that no widget has other sites.
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    AUTH_USER_MODEL="accounts.User",
    CORS_ALLOWED_ORIGINS=os.environ.get("TEST_CORS_ALLOWED_ORIGINS", "*").split(","),
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "accounts"],
    PUBLIC_URL="https://help.example",
    SECRET_KEY="for tests of the transports only",
)
django.setup()

import asyncio
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from chat.consumers.endpoints import Endpoint, socketio_endpoint
from chat.consumers.polling import SocketIOPollingConsumer
from chat.consumers.sessions import Session
from chat.consumers.websocket import SocketIOWebSocketConsumer
from chat.errors import NotAuthenticated
from chat.gateway.sockets import Socket
from chat.socketio import connection
from chat.socketio.attachments import encode_with_attachments
from chat.socketio.engine_session import EngineOptions
from chat.socketio.errors import DisconnectReason
from chat.socketio.packets import Packet, PacketType

OPTIONS = EngineOptions(
    ping_interval_ms=int(os.environ.get("TEST_PING_INTERVAL_MS", "300")),
    ping_timeout_ms=int(os.environ.get("TEST_PING_TIMEOUT_MS", "1000")),
    max_payload_bytes=1_000_000,
    upgrade_timeout_ms=int(os.environ.get("TEST_UPGRADE_TIMEOUT_MS", "500")),
)
CONNECT_TIMEOUT_SECONDS = float(os.environ.get("TEST_CONNECT_TIMEOUT_SECONDS", "1.5"))

connection.ATTACHMENT_TIMEOUT_SECONDS = 1.0

departures: list[tuple[str, str]] = []
heartbeats: dict[str, int] = {}


class EchoNamespace:
    """Emits what it was given, acks what it was asked, and keeps a diary of who left."""

    async def connect(self, socket: Socket) -> None:
        socket.emit("auth", socket.handshake.auth)

    async def event(self, socket: Socket, name: str, arguments: list[Any]) -> Any:
        match name:
            case "message":
                emit(socket, "message-back", arguments)
                return None
            case "message-with-ack":
                return tuple(arguments)
            case "answer":
                return {"ok": True}
            case "refused":
                return {"ok": False, "error": {"code": "invalid", "message": "No."}}
            case "slow":
                await asyncio.sleep(arguments[0])
                return {"ok": True, "slept": arguments[0]}
            case "burst":
                for number in range(arguments[0]):
                    socket.emit("number", number, "x" * arguments[1])
                return {"ok": True}
            case "kick-me":
                socket.disconnect()
                return None
            case "close-me":
                socket.disconnect()
                socket.transport.close()
                return None
            case "handshake":
                handshake = socket.handshake
                return {"query": handshake.query, "headers": handshake.headers, "address": handshake.address}
            case "departures":
                return departures
            case "heartbeats":
                return heartbeats.get(socket.id, 0)
            case "fail":
                raise RuntimeError("a handler that fails")
        return None

    async def disconnected(self, socket: Socket, reason: str) -> None:
        departures.append((socket.id, reason))

    async def heartbeat(self, socket: Socket) -> None:
        heartbeats[socket.id] = heartbeats.get(socket.id, 0) + 1


class RefusingNamespace(EchoNamespace):
    """Emits and then refuses: nothing but the refusal may reach the client."""

    async def connect(self, socket: Socket) -> None:
        socket.emit("secret", 1)
        await asyncio.sleep(0.01)
        raise NotAuthenticated("token_expired", "The token has expired.")


class SlowNamespace(EchoNamespace):
    """Takes its time to let a client in."""

    async def connect(self, socket: Socket) -> None:
        socket.emit("early", 1)
        await asyncio.sleep(0.1)
        socket.emit("auth", socket.handshake.auth)


def emit(socket: Socket, name: str, arguments: list[Any]) -> None:
    frame, attachments = encode_with_attachments(
        Packet(PacketType.EVENT, socket.namespace, [name, *arguments])
    )
    if attachments:
        socket.transport.send_binary_event(frame, attachments)
    else:
        socket.transport.send_frame(frame)


class Echo:
    """Sends every Engine.IO message back."""

    deadline = None
    is_full = False

    def __init__(self, session: Session) -> None:
        self.session = session

    async def room(self) -> None: ...

    def message(self, message: str | bytes, now: float) -> None:
        self.session.send_packet(message if isinstance(message, bytes) else f"4{message}")

    def check_deadline(self, now: float) -> None: ...

    def heartbeat(self) -> None: ...

    def closed(self, reason: DisconnectReason) -> None: ...


NAMESPACES = {
    "/": EchoNamespace(),
    "/custom": EchoNamespace(),
    "/refusing": RefusingNamespace(),
    "/slow": SlowNamespace(),
}
socketio = socketio_endpoint(NAMESPACES, OPTIONS, CONNECT_TIMEOUT_SECONDS)
engineio = Endpoint(OPTIONS, Echo)


def routes(consumer: type[SocketIOPollingConsumer] | type[SocketIOWebSocketConsumer]) -> URLRouter:
    return URLRouter(
        [
            path("socket.io/", consumer.as_asgi(endpoint=socketio)),
            path("engine.io/", consumer.as_asgi(endpoint=engineio)),
        ]
    )


protocols = ProtocolTypeRouter(
    {"http": routes(SocketIOPollingConsumer), "websocket": routes(SocketIOWebSocketConsumer)}
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The application; there is nothing to do at its start or end."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await protocols(scope, receive, send)
