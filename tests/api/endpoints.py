"""Every endpoint of the URLconf, with its methods: a new one is in by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PREFIXES = ("api/v1/", "chat/")
METHODS = ("get", "post", "put", "patch", "delete")
PLACEHOLDER = re.compile(r"<\w+:(\w+)>")
SCHEMA = "api/v1/schema/"


@dataclass(frozen=True)
class Endpoint:
    """A method of an address; `route` still has its placeholders."""

    method: str
    route: str

    @property
    def is_public(self) -> bool:
        """Whether it is for people without a token."""
        return "auth/" in self.route or "widget/" in self.route

    def path_to(self, value: str) -> str:
        """The address with the same value for every placeholder."""
        return "/" + PLACEHOLDER.sub(value, self.route)

    @property
    def name_in_schema(self) -> str:
        """How the OpenAPI schema names it; `/chat/…` is there as `/api/v1/chat/…` only."""
        route = self.route if self.route.startswith("api/v1/") else f"api/v1/{self.route}"
        return f"{self.method} " + PLACEHOLDER.sub(r"{\1}", route)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, route)
        elif route.startswith(PREFIXES) and not route.startswith(SCHEMA):
            yield route, pattern.callback


ROUTES_OF_OTHERS = {
    "",
    "widget.js",
    "media/<str:token>/<str:variant>",
    "admin/",
    SCHEMA,
    f"{SCHEMA}browse/",
}
"""What is not for tokens: pages, files whose address is signed, and what those do who are signed in."""


def other_routes() -> Iterator[str]:
    """What the URLconf has besides the REST interface; the admin site in one."""
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        if not route.startswith(PREFIXES) or route.startswith(SCHEMA):
            yield route


def _endpoints() -> list[Endpoint]:
    return [
        Endpoint(method.upper(), route)
        for route, view in _views(get_resolver().url_patterns)
        for method in METHODS
        if hasattr(view.cls, method)
    ]


ENDPOINTS = _endpoints()
CHAT_ENDPOINTS = [endpoint for endpoint in ENDPOINTS if not endpoint.is_public]
