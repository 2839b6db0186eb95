"""What a text must be, for messages, edits and notes alike (SPEC §4)."""

from __future__ import annotations

from chat.errors import InvalidInput
from chat.models.message import MAX_CLIENT_MESSAGE_ID_CHARACTERS, MAX_TEXT_CHARACTERS

PREVIEW_CHARACTERS = 140
"""How much of a message is shown to those who are asked to read it."""


def checked_text(text: str, *, may_be_empty: bool = False) -> str:
    """Trim a text and check it. Raises `InvalidInput` naming the limit."""
    text = text.strip()
    if not text and not may_be_empty:
        raise InvalidInput("The text is empty: write 1 to 10,000 characters.", field="text")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise InvalidInput(
            f"The text has {len(text):,} characters; at most 10,000 are allowed.", field="text"
        )
    if "\0" in text:
        raise InvalidInput("The text holds a NUL character, which cannot be stored.", field="text")
    return text


def checked_client_message_id(client_message_id: str | None) -> str | None:
    """Check the name that a client gives its message. Raises `InvalidInput` naming the limit."""
    if client_message_id is None:
        return None
    if not 1 <= len(client_message_id) <= MAX_CLIENT_MESSAGE_ID_CHARACTERS:
        raise InvalidInput("A clientMessageId has 1 to 64 characters.", field="clientMessageId")
    if "\0" in client_message_id:
        raise InvalidInput("A clientMessageId holds no NUL character.", field="clientMessageId")
    return client_message_id
