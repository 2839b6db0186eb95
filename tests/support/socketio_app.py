"""The test server's ASGI application: namespaces at /socket.io/ and a bare Engine.IO echo at /engine.io/."""

import argparse
import asyncio
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from chat.consumers.admission import Admission
from chat.consumers.draining import drain
from chat.consumers.endpoints import Endpoint, socketio_endpoint
from chat.consumers.polling import SocketIOPollingConsumer
from chat.consumers.sessions import Session
from chat.consumers.websocket import SocketIOWebSocketConsumer
from chat.socketio.engine_session import EngineOptions
from chat.socketio.errors import DisconnectReason
from tests.support.socketio_handlers import (
    DeniedNamespace,
    EchoNamespace,
    RefusingNamespace,
    SlowNamespace,
)
from tests.support.socketio_rooms import Rooms


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

    async def idle(self) -> None: ...

    def describe(self) -> Any: ...

    async def prepare(self, described: Any) -> None: ...

    def leave(self, to: str) -> Any: ...

    async def arrive(self, left: Any) -> None: ...


class Application:
    """The application; the options are those of `tests.support.socketio_server`."""

    def __init__(self, options: argparse.Namespace) -> None:
        engine_options = EngineOptions(
            ping_interval_ms=round(options.ping_interval * 1000),
            ping_timeout_ms=round(options.ping_timeout * 1000),
            max_payload_bytes=options.max_payload,
            upgrade_timeout_ms=round(options.upgrade_timeout * 1000),
        )
        self.rooms = Rooms(options.redis_url)
        namespaces = {
            "/": EchoNamespace(self.rooms),
            "/custom": EchoNamespace(self.rooms),
            "/denied": DeniedNamespace(self.rooms),
            "/refusing": RefusingNamespace(self.rooms),
            "/slow": SlowNamespace(self.rooms),
        }
        self._socketio = socketio_endpoint(
            namespaces,
            engine_options,
            options.connect_timeout,
            options.max_event,
            Admission(options.connections_per_address, options.strangers_per_address),
            recovery_for_all=options.recovery,
        )
        self._engineio = Endpoint(engine_options, Echo)
        self._protocols = ProtocolTypeRouter(
            {
                "http": self._routes(SocketIOPollingConsumer),
                "websocket": self._routes(SocketIOWebSocketConsumer),
            }
        )

    def _routes(self, consumer: type[SocketIOPollingConsumer] | type[SocketIOWebSocketConsumer]) -> URLRouter:
        return URLRouter(
            [
                path("socket.io/", consumer.as_asgi(endpoint=self._socketio)),
                path("engine.io/", consumer.as_asgi(endpoint=self._engineio)),
            ]
        )

    async def drain(self, seconds: float) -> None:
        """Let all clients go."""
        await asyncio.gather(drain(self._socketio, seconds), drain(self._engineio, seconds))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve a connection, or the server's start and end."""
        if scope["type"] != "lifespan":
            await self._protocols(scope, receive, send)
            return
        while (message := await receive())["type"] != "lifespan.shutdown":
            await self.rooms.listen()
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
