"""Which web sites may talk to us: the Origin check and the CORS headers of Socket.IO."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts import origins, widget_origins
from accounts.origins import ANY_ORIGIN
from chat.threads import in_database_thread

Headers = list[tuple[bytes, bytes]]


async def is_admitted(scope: dict[str, Any]) -> bool:
    """Whether the page, app or program behind a request may use Socket.IO here.

    Ours may, those in settings.CORS_ALLOWED_ORIGINS, which may hold "*" for any, and the sites of all
    widgets: whose widget it is, and so which of these it may be, only the token tells
    (`chat.gateway.connecting`).
    """
    origin = _header(scope, b"origin")
    if origin is None or origins.is_trusted(origin, _header(scope, b"host") or ""):
        return True
    known = widget_origins.current()
    if known is None:
        known = await in_database_thread(widget_origins.load)
    return origins.is_listed(origin, known.every)


def cors_headers(scope: dict[str, Any], *, admitted: bool) -> Headers:
    """What lets a browser show our answer to the page that asked; errors need it as much as answers."""
    origin = _header(scope, b"origin")
    vary = (b"vary", b"Origin")
    if origin is None or not admitted:
        return [vary]
    if ANY_ORIGIN in settings.CORS_ALLOWED_ORIGINS:
        return [(b"access-control-allow-origin", b"*")]  # never with credentials
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        vary,
    ]


def preflight_headers(scope: dict[str, Any], *, admitted: bool) -> Headers:
    """The answer to a browser that asks whether it may send a request (OPTIONS)."""
    asked = _header(scope, b"access-control-request-headers")
    return [
        *cors_headers(scope, admitted=admitted),
        (b"access-control-allow-methods", b"GET,POST"),
        *([(b"access-control-allow-headers", asked.encode("latin-1"))] if asked else []),
        (b"vary", b"Access-Control-Request-Headers"),
        (b"content-length", b"0"),
    ]


def _header(scope: dict[str, Any], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
