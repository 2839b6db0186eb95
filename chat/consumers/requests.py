"""What a client said about itself in the HTTP request that opened, or belongs to, a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """The query, the headers (names in lower case) and the client's IP address. Nothing in it is believed."""

    query: dict[str, str]
    headers: dict[str, str]
    address: str

    @classmethod
    def from_scope(cls, scope: dict[str, Any]) -> ClientRequest:
        """Read an ASGI scope; the last of several equal names counts."""
        client = scope.get("client")
        return cls(
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            address=client[0] if client else "",
        )
