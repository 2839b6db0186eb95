"""The embedded assistant: it answers in the words of the knowledge base, or gets a person (SPEC §9)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from django.conf import settings

from chat.assistant.embedded_answers import Found, find_answer, question_of
from chat.assistant.embedded_intents import Intent, intent_of
from chat.assistant.embedded_phrases import Phrases, phrases_for, phrases_in
from chat.assistant.embedded_summary import summary_of
from chat.assistant.provider import SEARCH, TRANSFER, Line, Request, Toolbox, Usage
from chat.knowledge import Hit
from chat.threads import in_database_thread

SECONDS_OF_A_PIECE = 0.05
MAX_REASON_CHARACTERS = 300
MAX_QUERY_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, and why people are to take over then, if they are."""

    text: str
    transfer: str | None = None


class Embedded:
    """A provider that needs no model and no network, and answers the same in the same way."""

    async def answer(self, request: Request, tools: Toolbox) -> AsyncGenerator[str | Usage, None]:
        """Give the answer in words, at the pace of `ASSISTANT_WORDS_PER_SECOND` (see `Provider`)."""
        yield Usage(tokens=0)
        reply = await _reply(request, tools)
        async for piece in _in_words(reply.text):
            yield piece
        if reply.transfer is not None:
            await tools.call(TRANSFER, {"reason": reply.transfer})


async def _reply(request: Request, tools: Toolbox) -> Reply:
    if request.purpose == "summary":
        return Reply(summary_of(request.history))
    question, _ = question_of(request.history)
    phrases = phrases_for(question)
    intent = intent_of(question)
    if request.purpose == "suggestion":
        if intent is Intent.QUESTION and (hit := (await _search(request, tools)).hit):
            return Reply(_shortened(hit.text, request.max_answer_characters))
        return Reply(_small_talk(intent, request, phrases) or phrases.tell_me_more)
    if intent is Intent.PERSON:
        return Reply(phrases.person, "The customer asks for a person.")
    if said := _small_talk(intent, request, phrases):
        return Reply(said)
    if intent is Intent.NOTHING:
        return _ask_once(request.history, phrases)
    return _answered(await _search(request, tools), request, phrases)


def _small_talk(intent: Intent, request: Request, phrases: Phrases) -> str | None:
    match intent:
        case Intent.GREETING:
            return phrases.greeting
        case Intent.THANKS:
            return phrases.thanks
        case Intent.GOODBYE:
            return phrases.goodbye
        case Intent.ACKNOWLEDGEMENT:
            return phrases.acknowledged
        case Intent.IDENTITY:
            return phrases.identity.replace("{name}", request.assistant_name)
    return None


def _ask_once(history: tuple[Line, ...], phrases: Phrases) -> Reply:
    if any(line.speaker == "assistant" and phrases.what_about in line.text for line in history[-4:]):
        return Reply(phrases.nothing_found, "The assistant does not understand what the customer writes.")
    return Reply(phrases.what_about)


async def _search(request: Request, tools: Toolbox) -> Found:
    found = await in_database_thread(find_answer, request.organization_id, request.history)
    # So that everybody sees that it looks something up, as with a model. One call is left for a hand-over.
    if request.max_tool_calls > 1:
        await tools.call(SEARCH, {"query": found.query[:MAX_QUERY_CHARACTERS]})
    return found


def _answered(found: Found, request: Request, phrases: Phrases) -> Reply:
    if found.hit is not None:
        return Reply(_with_source(found.hit, request.max_answer_characters))
    question = " ".join(found.query.split())[:MAX_REASON_CHARACTERS]
    if found.is_known:
        return Reply(phrases.nothing_more, f"What the articles say has been said: {question}")
    return Reply(phrases.nothing_found, f"No article answers: {question}")


def _with_source(hit: Hit, limit: int) -> str:
    source = "\n\n" + phrases_in(hit.language).source.replace("{title}", hit.title)
    if len(source) > limit // 2:
        return _shortened(hit.text, limit)
    return _shortened(hit.text, limit - len(source)) + source


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1].rpartition(" ")[0].rstrip() + "…"


async def _in_words(text: str) -> AsyncIterator[str]:
    """A text in pieces of a few words; at once where there is no pace."""
    pace: float = settings.ASSISTANT_WORDS_PER_SECOND
    words = re.findall(r"\s*\S+\s*$|\s*\S+", text)
    count = max(1, round(pace * SECONDS_OF_A_PIECE)) if pace > 0 else max(1, len(words))
    for start in range(0, len(words), count):
        if start:
            await asyncio.sleep(count / pace)
        yield "".join(words[start : start + count])
