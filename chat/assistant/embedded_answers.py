"""Which passage answers what a customer has just written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from chat import knowledge
from chat.assistant.embedded_intents import Intent, intent_of
from chat.assistant.provider import Line
from chat.knowledge.words import stems
from chat.search.words import plain, split

GOOD_SCORE = 0.45
"""Below it an article has only words in common with the question (measured: tests/assistant/questions.py)."""
MAX_SENTENCES = 4
MAX_EARLIER = 2
COMPARED = 6
COMPARED_CHARACTERS = 200

SENTENCE = re.compile(r"[^.?!\n]+[.?!]*")
OPENERS = {"and", "but", "what about", "how about", "so", "or", "und", "aber", "oder"}
POINTERS = frozenset(split("it that this they them those these one there same das es dies diese dann sie"))
VAGUE = set(
    stems("long much cost take takes day days time times soon fast late later free then many dauert", "en")
)
"""What one asks about something that has been named before."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for, and what answers it.

    Without a hit `is_known` says whether something would have that has been said before.
    """

    query: str
    hit: knowledge.Hit | None
    is_known: bool = False


def question_of(history: Sequence[Line]) -> tuple[str, list[str]]:
    """The lines that nobody has replied to, else the customer's last ones; and those before, newest first."""
    last = max((at for at, line in enumerate(history) if line.speaker == "customer"), default=-1)
    first = last
    while first > 0 and history[first - 1].speaker == "customer":
        first -= 1
    asked = "\n".join(line.text for line in history[max(first, 0) : last + 1])
    before = [line.text for line in history[: max(first, 0)] if line.speaker == "customer"]
    return asked, before[::-1]


def find_answer(organization_id: UUID, history: Sequence[Line]) -> Found:
    """Find the best passage that has not been said yet.

    Whoever asks again is told what else the same articles say, not what others say less fittingly.
    """
    question, before = question_of(history)
    said = [line.text for line in history if line.speaker == "assistant"]
    known: set[UUID] = set()
    for query in _queries(question, before):
        for hit in knowledge.find(organization_id, query, COMPARED):
            if hit.score < GOOD_SCORE:
                break
            if any(hit.text[:COMPARED_CHARACTERS] in text for text in said):
                known.add(hit.article_id)
            elif not known or hit.article_id in known:
                return Found(query, hit)
    return Found(question, None, is_known=bool(known))


def _queries(question: str, before: Sequence[str]) -> Iterator[str]:
    """What to search for, until something is found: with what came before it, as a whole, by sentences."""
    earlier = [text for text in before if intent_of(text) is Intent.QUESTION][:MAX_EARLIER]
    about = stems(question, "en")
    if _goes_on(question, about):
        yield from (f"{text}\n{question}" for text in earlier)
        if set(about) <= VAGUE:
            return
    yield question
    sentences = [sentence.strip() for sentence in SENTENCE.findall(question) if _says_enough(sentence)]
    if len(sentences) > 1:
        asking_last = sorted(sentences, key=lambda sentence: sentence.endswith("?"))
        yield from asking_last[: -MAX_SENTENCES - 1 : -1]


def _says_enough(sentence: str) -> bool:
    """Whether a part of what somebody writes tells what it is about; a word in passing does not."""
    return len(stems(sentence, "en")) >= (1 if sentence.endswith("?") else 2)


def _goes_on(question: str, about: Sequence[str]) -> bool:
    """Whether a question leans on the one before it: "and how long does that take?"."""
    words = split(plain(question))
    return (
        set(about) <= VAGUE
        or bool(OPENERS & {*words[:1], " ".join(words[:2])})
        or (len(about) <= 3 and not POINTERS.isdisjoint(words))
    )
