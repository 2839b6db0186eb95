"""From a conversation in the database to what a provider is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from accounts.models import Role
from chat import selectors
from chat.assistant.cleaning import clean_for_model
from chat.assistant.endpoints import key_in
from chat.assistant.provider import Line, Model, Purpose, Request
from chat.models import Assistant, Conversation, Message

MAX_LINES = 60
MAX_CHARACTERS = 30_000
DEFAULT_NAME = "Assistant"


@dataclass(frozen=True, slots=True)
class History:
    """What was said, and up to which message."""

    lines: tuple[Line, ...]
    last_seq: int


def request_for(
    conversation: Conversation, purpose: Purpose, answered: int | None = None
) -> tuple[Request, int]:
    """Describe a conversation to its assistant, and say up to which message.

    What the customer said after the message `answered` comes last, though an answer stands after it. The
    embedded assistant speaks where the conversation has none: for suggestions to agents.
    """
    assistant = conversation.assistant
    history = read_history(conversation, answered)
    return Request(
        purpose=purpose,
        organization_id=conversation.organization_id,
        assistant_name=assistant.name if assistant else DEFAULT_NAME,
        instructions=assistant.instructions if assistant else "",
        model=model_of(assistant),
        history=history.lines,
        max_answer_characters=assistant.max_answer_characters if assistant else 4000,
        max_tool_calls=assistant.max_tool_calls if assistant else 5,
    ), history.last_seq


def model_of(assistant: Assistant | None) -> Model:
    """Say which language model an assistant asks; none for the embedded one.

    An endpoint that the operator does not allow (any more) is as if it did not answer: people take over.
    """
    if assistant is None:
        return Model()
    endpoint = (assistant.endpoint or settings.ASSISTANT_BASE_URL).rstrip("/")
    if not endpoint:
        return Model()
    return Model(
        endpoint=endpoint,
        name=assistant.model or settings.ASSISTANT_MODEL,
        api_key=key_in(assistant.key_variable),
        temperature=assistant.temperature,
    )


def read_history(conversation: Conversation, answered: int | None = None) -> History:
    """Read the newest of what was said, from the database alone (THREATS D5); no notes, nothing deleted."""
    found = (
        selectors.messages_of(conversation)
        .filter(sender__isnull=False, deleted_at__isnull=True)
        .order_by("-seq")[:MAX_LINES]
    )
    messages = list(found)
    last_seq = messages[0].seq if messages else 0
    if answered is not None:
        # Sorting keeps the order among each of the two.
        customer_id = conversation.customer_id
        messages.sort(key=lambda one: not (one.seq > answered and one.sender_id == customer_id))
    return History(tuple(_that_fit(messages)), last_seq)


def _that_fit(newest_first: Sequence[Message]) -> list[Line]:
    lines: list[Line] = []
    left = MAX_CHARACTERS
    for message in newest_first:
        text = _text(message)
        left -= len(text)
        if lines and left < 0:
            break
        assert message.sender is not None
        lines.append(Line(_speaker(message.sender.role), message.sender.name, text))
    return lines[::-1]


def _text(message: Message) -> str:
    text = clean_for_model(message.text)
    return text if message.media_id is None else f"[{message.type}] {text}".strip()


def _speaker(role: str) -> Literal["customer", "assistant", "agent"]:
    match role:
        case Role.CUSTOMER:
            return "customer"
        case Role.ASSISTANT:
            return "assistant"
    return "agent"
