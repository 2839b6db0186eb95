"""Which web pages may call: a request's Origin (RFC 6454) against our own, the settings' and a widget's."""

from __future__ import annotations

from collections.abc import Set
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

ANY_ORIGIN = "*"
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_ORIGIN_CHARACTERS = 300
"""A host name has 253 at most; what is longer is no origin, and looking at it costs."""


def is_trusted(origin: str | None, host: str) -> bool:
    """Whether a request comes from no page at all, from one of ours, or from a site that the settings name.

    Browsers send the Origin of every foreign page that calls; native apps and servers send none. `host` is
    the request's own Host header.
    """
    return (
        origin is None
        or ANY_ORIGIN in settings.CORS_ALLOWED_ORIGINS
        or origin in settings.CORS_ALLOWED_ORIGINS
        or origin == _public_origin()
        or _is_own(origin, host)
    )


def is_listed(origin: str, listed: Set[str]) -> bool:
    """Whether a widget's list names this origin: itself, or by a wildcard as `https://*.shop.example`."""
    return bool(listed) and not listed.isdisjoint(_names_of(origin))


def _names_of(origin: str) -> set[str]:
    """The lines that would let this origin in: itself, and one wildcard for each domain above its own."""
    if len(origin) > MAX_ORIGIN_CHARACTERS:
        return set()
    scheme, _, host = origin.partition("://")
    labels = host.split(".")
    wildcards = {f"{scheme}://*.{'.'.join(labels[start:])}" for start in range(1, len(labels))}
    return {origin, *wildcards}


def _public_origin() -> str:
    """Where visitors find us, also behind a proxy that calls us by another name."""
    public = urlsplit(settings.PUBLIC_URL)
    return f"{public.scheme}://{public.netloc}"


def _is_own(origin: str, host: str) -> bool:
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
