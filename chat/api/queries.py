"""Reading what a query says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rest_framework.request import Request

from chat.errors import InvalidInput

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


def choice(request: Request, name: str, allowed: Sequence[str]) -> str | None:
    """Read one of several words. Raises `InvalidInput`, which names them."""
    text = request.query_params.get(name)
    if text is not None and text not in allowed:
        raise InvalidInput(f"{name} must be one of {', '.join(allowed)}.", field=name)
    return text


def moment(request: Request, name: str) -> datetime | None:
    """Read a date or a time of the query, UTC where it names no zone. Raises `InvalidInput`."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if "T" in text:
        text = text.replace(" ", "+")  # of a zone, which arrives as a space when nobody encoded it
    try:
        value = datetime.fromisoformat(text)
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if EARLIEST <= value <= LATEST:
            return value
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        f"{name} must be a date or a time in ISO 8601, as 2025-10-24 or 2025-10-24T10:00:00.000Z.", field=name
    )
