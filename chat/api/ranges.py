"""Which part of a file a request asks for (RFC 9110 §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import HttpRequest

# Of several ranges at once none is granted: the whole file is a right answer, and makes no work.
ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII)


class NotSatisfiable(Exception):
    """A part that begins behind the end."""


@dataclass(frozen=True, slots=True)
class Span:
    """`count` bytes from the one numbered `first`."""

    first: int
    count: int


def requested_span(request: HttpRequest, size: int, etag: str) -> Span | None:
    """Read `Range` and `If-Range`; None means all of it. Raises `NotSatisfiable`."""
    wanted = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if wanted is None or request.headers.get("If-Range", etag).strip() != etag:
        return None
    first, last = wanted.groups()
    if first:
        begin, end = int(first), min(int(last) if last else size - 1, size - 1)
        if last and int(last) < begin:
            return None
    elif last:
        begin, end = max(size - int(last), 0), size - 1
    else:
        return None
    if begin > end:
        raise NotSatisfiable
    return Span(begin, end - begin + 1)
