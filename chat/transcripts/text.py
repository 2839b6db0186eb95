"""A transcript as plain text: our lines begin in the first column, those of people are indented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from chat.transcripts.reading import Heading, Line, lines

INDENT = "  "


def moment(time: datetime) -> str:
    """Write a time to the second: 2026-03-02T12:00:00Z."""
    return time.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def file_size(size: int) -> str:
    """Write a number of bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:,.0f} KB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def pieces(heading: Heading) -> Iterator[str]:
    """Write the transcript, piece by piece."""
    yield "\n".join([f"Chat with {heading.organization}", *_facts(heading), "", ""])
    for some in lines(heading):
        yield "".join(_line(line) for line in some)


def _facts(heading: Heading) -> Iterator[str]:
    email = f" <{heading.customer_email}>" if heading.customer_email else ""
    yield f"Customer: {heading.customer_name}{email}"
    if heading.queue:
        yield f"Queue: {heading.queue}"
    if heading.agents:
        yield f"Answered by: {', '.join(heading.agents)}"
    yield f"Started: {moment(heading.started_at)}"
    yield f"Ended: {moment(heading.ended_at)}" if heading.ended_at else f"Status: {heading.status}"
    if heading.left_out:
        yield f"Left out: the first {heading.left_out:,} messages. Download the transcript to have them all."


def _line(line: Line) -> str:
    name = line.sender or line.role.capitalize()
    role = f" ({line.role})" if line.sender else ""
    edited = " (edited)" if line.edited_at and not line.deleted_at else ""
    said = "".join(f"{INDENT}{row}\n" for row in _said(line))
    return f"[{moment(line.sent_at)}] {name}{role}{edited}\n{said}\n"


def _said(line: Line) -> Iterator[str]:
    if line.deleted_at:
        yield "(message deleted)"
        return
    if line.media_size is not None:
        yield f"({line.type}: {line.media_name}, {file_size(line.media_size)})"
    yield from line.text.splitlines()
