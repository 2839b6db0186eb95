"""What the OpenAPI schema shows."""

from typing import Any

Endpoint = tuple[str, str, str, Any]


def each_endpoint_once(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leave out `/chat/…`, which is `/api/v1/chat/…` again (SPEC §6)."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
