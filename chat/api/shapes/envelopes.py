"""The envelopes of all answers, and of all refusals (SPEC §6)."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, inline_serializer
from rest_framework import serializers

from chat.api.shapes.fields import Count, Never, Shape


class Pagination(Shape):
    currentPage = serializers.IntegerField(min_value=1)
    totalPages = Count()
    totalItems = Count()


class Error(Shape):
    """Every refusal."""

    success = Never()
    message = serializers.CharField(help_text="What was wrong and what is allowed; fit to be shown.")
    code = serializers.CharField(help_text="The same codes as in acknowledgements of socket events.")
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False,
        child=serializers.ListField(child=serializers.CharField()),
        help_text="For each field: what was wrong with it.",
    )


@cache
def answer(data: type[Shape]) -> Shape:
    """The envelope of one thing: `{message, data}` (SPEC §6)."""
    return _envelope(f"{data.__name__}Answer", data=data())


@cache
def answers(data: type[Shape]) -> Shape:
    """The envelope of a list."""
    return _envelope(f"{data.__name__}List", data=data(many=True))


@cache
def pages(data: type[Shape], *, pagination_required: bool = True) -> Shape:
    """The envelope of one page of a list: `{message, data, pagination}`."""
    pagination = Pagination(required=pagination_required)
    return _envelope(f"{data.__name__}Page", data=data(many=True), pagination=pagination)


def _envelope(name: str, **fields: serializers.Field[Any, Any, Any, Any]) -> Shape:
    envelope: Shape = inline_serializer(name, {"message": serializers.CharField(), **fields})
    return envelope


REFUSALS = {
    400: (
        "What was sent is not what is asked for; `errors` names the fields.",
        "invalid",
        "The request is not valid.",
    ),
    401: ("No token, or one that opens nothing: get a new one.", "token_expired", "The token has expired."),
    403: ("Known, but not allowed to do this.", "forbidden", "Only agents can do that."),
    404: (
        "It does not exist, or is not yours: one answer for both.",
        "not_found",
        "There is no such conversation.",
    ),
    409: (
        "It is no longer as you thought.",
        "conversation_closed",
        "This conversation is closed. Start a new one to write again.",
    ),
    413: (
        "The body is too large.",
        "too_large",
        "The body is too large: at most 2,621,440 bytes are allowed.",
    ),
    415: (
        "A body of this type is not read here.",
        "unsupported_media_type",
        'Unsupported media type "text/plain" in request.',
    ),
    429: (
        "Too many requests; `Retry-After` says for how many seconds to wait.",
        "rate_limited",
        "That was too often. Please try again in 30 seconds.",
    ),
    503: (
        "Not done just now; try again.",
        "unavailable",
        "The message was not stored. Please send it again.",
    ),
}
"""For each status what it means, and an example's code and message."""


def refusals(*status_codes: int) -> dict[int, OpenApiResponse]:
    """The errors an endpoint answers with, in the one shape they have."""
    return {code: _refusal(*REFUSALS[code]) for code in status_codes}


def _refusal(description: str, code: str, message: str) -> OpenApiResponse:
    example = OpenApiExample(code, value={"success": False, "message": message, "code": code})
    return OpenApiResponse(Error, description=description, examples=[example])
