"""What queries may say, for the OpenAPI schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from chat.api.answers import MAX_LIMIT, MAX_PAGE
from chat.models import Status
from chat.search import MAX_QUERY_CHARACTERS


def whole_number(
    name: str, description: str, *, lowest: int, highest: int, default: int | None = None
) -> OpenApiParameter:
    """A whole number of a query, with its limits."""
    schema: dict[str, Any] = {"type": "integer", "minimum": lowest, "maximum": highest}
    if default is not None:
        schema["default"] = default
    return OpenApiParameter(name, schema, description=description)


def page_and_limit(default_limit: int) -> list[OpenApiParameter]:
    """Which page of a list, and how long a page is."""
    return [
        whole_number(
            "page", "Which page; one after the last is empty.", lowest=1, highest=MAX_PAGE, default=1
        ),
        whole_number("limit", "How many on a page.", lowest=1, highest=MAX_LIMIT, default=default_limit),
    ]


STATUS = OpenApiParameter("status", enum=Status.values, description="Only those that stand so.")
SEARCH = OpenApiParameter(
    "search",
    {"type": "string", "maxLength": MAX_QUERY_CHARACTERS},
    description="Words that must all occur in a message, or in the customer's name and e-mail address; the"
    " last one may be the beginning of a word. Of the messages that hold them the 500 newest count.",
)
MINE = OpenApiParameter("mine", OpenApiTypes.BOOL, description="Only those assigned to me.")
