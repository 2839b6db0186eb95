"""Which web sites may talk to us: the Origin check and the CORS headers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

ANY_ORIGIN = "*"
DEFAULT_PORTS = {"http": 80, "https": 443}

Headers = list[tuple[bytes, bytes]]


def origin_is_allowed(scope: dict[str, Any]) -> bool:
    """Whether the page, app or program behind a request may use Socket.IO here.

    Browsers always send the Origin of a foreign page, and of every page that opens a WebSocket; native apps
    send none. Ours is allowed, and so are those in settings.CORS_ALLOWED_ORIGINS, which may hold "*" for
    any.
    """
    origin = _header(scope, b"origin")
    if (
        origin is None
        or ANY_ORIGIN in settings.CORS_ALLOWED_ORIGINS
        or origin in settings.CORS_ALLOWED_ORIGINS
    ):
        return True
    return _is_own_origin(origin, _header(scope, b"host") or "")


def cors_headers(scope: dict[str, Any]) -> Headers:
    """What lets a browser show our answer to the page that asked; errors need it as much as answers."""
    origin = _header(scope, b"origin")
    vary = (b"vary", b"Origin")
    if origin is None or not origin_is_allowed(scope):
        return [vary]
    if ANY_ORIGIN in settings.CORS_ALLOWED_ORIGINS:
        return [(b"access-control-allow-origin", b"*")]  # never with credentials
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        vary,
    ]


def preflight_headers(scope: dict[str, Any]) -> Headers:
    """The answer to a browser that asks whether it may send a request (OPTIONS)."""
    asked = _header(scope, b"access-control-request-headers")
    return [
        *cors_headers(scope),
        (b"access-control-allow-methods", b"GET,POST"),
        *([(b"access-control-allow-headers", asked.encode("latin-1"))] if asked else []),
        (b"vary", b"Access-Control-Request-Headers"),
        (b"content-length", b"0"),
    ]


def _is_own_origin(origin: str, host: str) -> bool:
    """Whether a page of our own asks; a Host we do not serve proves nothing, for any name can be made to
    lead here.
    """
    try:
        page, server = urlsplit(origin), urlsplit(f"//{host}")
        default_port = DEFAULT_PORTS.get(page.scheme)
        same = page.hostname == server.hostname and (page.port or default_port) == (
            server.port or default_port
        )
    except ValueError:
        return False
    if not same or default_port is None or not server.hostname:
        return False
    name = f"[{server.hostname}]" if ":" in server.hostname else server.hostname
    return validate_host(name, settings.ALLOWED_HOSTS)


def _header(scope: dict[str, Any], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
