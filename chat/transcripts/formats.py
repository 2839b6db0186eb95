"""The formats in which a transcript can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chat.models import Conversation
from chat.transcripts import document, page, text
from chat.transcripts.reading import Heading


@dataclass(frozen=True, slots=True)
class Format:
    """How a transcript is written, and what a browser is told of it."""

    content_type: str
    content_security_policy: str
    pieces: Callable[[Heading], Iterator[str]]


NOTHING = "default-src 'none'"
FORMATS = {
    "txt": Format("text/plain; charset=utf-8", NOTHING, text.pieces),
    "html": Format("text/html; charset=utf-8", page.CONTENT_SECURITY_POLICY, page.pieces),
    "json": Format("application/json", NOTHING, document.pieces),
}
DEFAULT_FORMAT = "txt"


def file_name(conversation: Conversation, name: str) -> str:
    """Name the file of a transcript; nothing that a person wrote is in it."""
    return f"chat-{conversation.created_at:%Y-%m-%d}-{conversation.id.hex[-8:]}.{name}"
