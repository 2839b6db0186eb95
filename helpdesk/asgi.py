"""What the web server runs: Socket.IO over WebSocket and long-polling, and Django for everything else."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from django.core.asgi import get_asgi_application

# Apps must be loaded before anything below imports a model.
django_application = get_asgi_application()

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from channels.routing import URLRouter
from django.urls import get_resolver, path, re_path

from chat.assistant import providers
from chat.consumers.polling import SocketIOPollingConsumer
from chat.consumers.websocket import SocketIOWebSocketConsumer
from helpdesk.bodies import with_limited_bodies

SOCKETIO_PATH = "/socket.io/"


async def refuse_websocket(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Turn away a WebSocket to any other path with HTTP 403, which is what closing before accepting means."""
    await receive()
    await send({"type": "websocket.close", "code": 1000, "reason": None})


# Loaded now, not by the first visitor.
get_resolver().url_patterns  # noqa: B018
providers.prepare()

http = URLRouter(
    [
        path("socket.io/", SocketIOPollingConsumer.as_asgi()),
        re_path("", with_limited_bodies(django_application)),  # type: ignore[arg-type]
    ]
)


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Serve a request or a WebSocket.

    WebSockets go to their consumer at once: each router in between would be a coroutine and a copy of the
    scope for as long as the WebSocket is open.
    """
    if scope["type"] != "websocket":
        await http(scope, receive, send)
    elif scope["path"].removeprefix(scope["root_path"]) == SOCKETIO_PATH:
        await SocketIOWebSocketConsumer()(scope, receive, send)  # type: ignore[arg-type]
    else:
        await refuse_websocket(scope, receive, send)
