"""How the endpoints are described in the OpenAPI schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from chat.api import shapes

Endpoint = tuple[str, str, str, Any]

TAGS = {
    "auth": "tokens",
    "widget": "widget",
    "conversations": "conversations",
    "messages": "messages",
    "media": "media",
    "support": "team",
    "presence": "team",
    "queues": "team",
}
"""Under which heading an address stands, by its first word; the others stand under "me"."""


def each_endpoint_once(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leave out `/chat/…`, which is `/api/v1/chat/…` again (SPEC §6)."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


class EndpointSchema(AutoSchema):
    """Describes a view's method: what it says of itself, and the refusals that come with what it takes."""

    def get_operation(self, *arguments: Any, **options: Any) -> dict[str, Any] | None:
        """Describe one method of one address; the docstring's first sentence is its heading."""
        operation: dict[str, Any] | None = super().get_operation(*arguments, **options)
        if operation is None:
            return None
        summary, _, rest = operation.pop("description", "").partition("\n")
        operation |= {"summary": summary.rstrip(".")} | (
            {"description": rest.strip()} if rest.strip() else {}
        )
        implied = shapes.refusals(*self._implied_refusals(operation))
        described = {str(code): self._get_response_for_code(implied[code], str(code)) for code in implied}
        operation["responses"] = dict(sorted({**described, **operation["responses"]}.items()))
        return operation

    def _implied_refusals(self, operation: dict[str, Any]) -> list[int]:
        codes = [401] if self.view.get_authenticators() else []
        if "requestBody" in operation:
            codes += [400, 413, 415]
        if any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
            codes.append(400)
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
            codes.append(404)
        if self.view.throttle_classes:
            codes.append(429)
        return codes

    def get_tags(self) -> list[str]:
        """The heading under which the browsable page shows it."""
        words = self.path.removeprefix("/api/v1/").removeprefix("chat/").split("/")
        return [TAGS.get(words[0], "me")]
