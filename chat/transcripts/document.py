"""A transcript as one JSON document, written message by message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from chat.payloads import optional_timestamp, timestamp
from chat.transcripts.reading import Heading, Line, lines


def pieces(heading: Heading) -> Iterator[str]:
    """Write the document, piece by piece: the heading's fields, then `messages`."""
    # The heading's closing brace comes after the messages.
    yield orjson.dumps(_heading(heading)).decode()[:-1] + ',"messages":['
    separator = ""
    for some in lines(heading):
        yield separator + ",".join(orjson.dumps(_message(line)).decode() for line in some)
        separator = ","
    yield "]}"


def _heading(heading: Heading) -> dict[str, Any]:
    return {
        "conversationId": heading.conversation_id,
        "organization": heading.organization,
        "customer": {"name": heading.customer_name, "email": heading.customer_email},
        "queue": heading.queue,
        "agents": heading.agents,
        "status": heading.status,
        "startedAt": timestamp(heading.started_at),
        "endedAt": optional_timestamp(heading.ended_at),
    }


def _message(line: Line) -> dict[str, Any]:
    media = {"name": line.media_name, "type": line.type, "size": line.media_size}
    return {
        "seq": line.seq,
        "sentAt": timestamp(line.sent_at),
        "senderName": line.sender,
        "senderRole": line.role,
        "type": line.type,
        "text": line.text,
        "media": None if line.media_size is None else media,
        "editedAt": optional_timestamp(line.edited_at),
        "deletedAt": optional_timestamp(line.deleted_at),
    }
