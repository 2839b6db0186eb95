"""What the next agent should know, in the customer's own words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import Truncator

from chat.assistant.embedded_intents import Intent, intent_of
from chat.assistant.embedded_phrases import sources_named
from chat.assistant.provider import Line

MAX_QUOTED_CHARACTERS = 200


def summary_of(history: Sequence[Line]) -> str:
    """Quote what the customer asked first and last, and name the articles that answered."""
    said = [line.text for line in history if line.speaker == "customer"]
    asked = [text for text in said if intent_of(text) is Intent.QUESTION] or said
    answered = dict.fromkeys(
        title for line in history if line.speaker == "assistant" for title in sources_named(line.text)
    )
    parts = (
        [f"The customer asked: {_quoted(asked[0])}"]
        if asked
        else ["The customer has not asked anything yet."]
    )
    if len(asked) > 1:
        parts.append(f"Last: {_quoted(asked[-1])}")
    if answered:
        parts.append(f"Answered from {', '.join(f'“{title}”' for title in list(answered)[-3:])}.")
    else:
        parts.append("No article has answered it.")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{Truncator(line).chars(MAX_QUOTED_CHARACTERS)}”"
