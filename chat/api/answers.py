"""The envelope of every answer, and its pages: `{message, data, pagination?}` (SPEC §6)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from chat.errors import InvalidInput

MAX_LIMIT = 100
MAX_PAGE = 1_000_000


def answer(message: str, data: Any, *, status: int = 200) -> Response:
    """Wrap what an endpoint found or did."""
    return Response({"message": message, "data": data}, status=status)


def page_number_and_limit(request: Request, *, default_limit: int) -> tuple[int, int]:
    """Read `page` and `limit` of the query. Raises `InvalidInput` for numbers out of range."""
    page = number(request, "page", default=1, lowest=1, highest=MAX_PAGE)
    return page, number(request, "limit", default=default_limit, lowest=1, highest=MAX_LIMIT)


def paged_answer(message: str, data: list[Any], page: int, limit: int, *, total: int) -> Response:
    """Wrap one page of a list; a page after the last is empty."""
    pagination = {"currentPage": page, "totalPages": -(-total // limit), "totalItems": total}
    return Response({"message": message, "data": data, "pagination": pagination})


def number(request: Request, name: str, *, default: int, lowest: int, highest: int) -> int:
    """Read a whole number of the query. Raises `InvalidInput`, which says what is allowed."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and lowest <= int(text) <= highest):
        raise InvalidInput(f"{name} must be a whole number from {lowest} to {highest:,}.", field=name)
    return int(text)
