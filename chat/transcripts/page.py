"""A transcript as one HTML page that loads nothing: Django templates, so that everything is escaped."""

from __future__ import annotations

from collections.abc import Iterator

from django.template.loader import get_template

from chat.transcripts.reading import Heading, Line, lines
from chat.transcripts.text import file_size, moment

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def pieces(heading: Heading) -> Iterator[str]:
    """Write the page, piece by piece."""
    ended_at = heading.ended_at and moment(heading.ended_at)
    context = {
        "heading": heading,
        "started_at": moment(heading.started_at),
        "ended_at": ended_at,
        "policy": CONTENT_SECURITY_POLICY,
    }
    yield get_template("transcripts/head.html").render(context)
    template = get_template("transcripts/lines.html")
    for some in lines(heading):
        yield template.render({"lines": [_shown(line) for line in some]})
    yield get_template("transcripts/foot.html").render(context)


def _shown(line: Line) -> dict[str, object]:
    return {
        "line": line,
        "sent_at": moment(line.sent_at),
        "name": line.sender or line.role.capitalize(),
        "size": None if line.media_size is None else file_size(line.media_size),
    }
