"""Finding the passages that answer a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice
from math import log
from uuid import UUID

from django.db.models import Count

from chat.knowledge.index import IN_TITLE
from chat.knowledge.words import stems
from chat.models import Passage, PassageWord

MAX_LANGUAGES = 8
MAX_QUESTION_WORDS = 100
MAX_POSTINGS = 4_000
"""So many places of words are looked at, those of the rarest words first."""
MAX_CANDIDATES = 60
MAX_COMPARED = 12
IN_PASSING = 0.5
"""How much a word counts that articles mention, but that none is about: something that the shop sells."""
NAMED_ALIKE = 0.1
"""How much of a score depends on whether title and heading are about what is asked and nothing else."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may answer. `score`, 0 to 1: how much of what the question is about it is about."""

    article_id: UUID
    title: str
    heading: str
    text: str
    language: str
    score: float


def find(organization_id: UUID, question: str, limit: int = 3) -> list[Hit]:
    """Find the passages of an organization's published articles that answer best, the best one first.

    However long the question and however many the articles, what is read is bounded.
    """
    languages = (
        Passage.objects.filter(organization_id=organization_id)
        .values_list("language")
        .annotate(passages=Count("*"))
        .order_by("-passages", "language")[:MAX_LANGUAGES]
    )
    shares: dict[int, float] = {}
    for language, passages in languages:
        if words := _words(question, language):
            shares |= _shares(organization_id, language, words, passages)
    best = nlargest(
        max(limit, MAX_COMPARED), shares, key=lambda passage_id: (shares[passage_id], -passage_id)
    )
    # Whose and published: the index holds nothing else, and it does not hurt to ask.
    rows = Passage.objects.filter(
        id__in=best, article__organization_id=organization_id, article__is_published=True
    ).select_related("article")
    hits = [(_hit(row, question, shares[row.id]), -row.id) for row in rows]
    return [hit for hit, _ in nlargest(limit, hits, key=lambda found: (found[0].score, found[1]))]


def _words(question: str, language: str) -> list[str]:
    return list(islice(dict.fromkeys(stems(question, language)), MAX_QUESTION_WORDS))


def _shares(organization_id: UUID, language: str, words: list[str], passages: int) -> dict[int, float]:
    """The share of the question's words that each passage has, each word weighed by how rare it is."""
    places = PassageWord.objects.filter(organization_id=organization_id, language=language)
    counts = dict(
        places.filter(stem__in=words).values_list("stem").annotate(places=Count("*")).order_by("stem")
    )
    rarity = {
        word: log(1 + passages / counts.get(word, 1))
        for word in words
        # A number that no article has is a customer's own: of its order, a date.
        if word in counts or not any(character.isdigit() for character in word)
    }
    looked_at = list(_rarest(counts))
    rows = places.filter(stem__in=looked_at).values_list("passage_id", "stem", "weight")
    postings = list(rows.order_by("passage_id")[:MAX_POSTINGS])
    named = {stem for _, stem, weight in postings if weight >= IN_TITLE}
    for word in looked_at:
        rarity[word] *= 1 if word in named else IN_PASSING
    found: dict[int, float] = defaultdict(float)
    for passage_id, stem, weight in postings:
        found[passage_id] += rarity[stem] * weight
    candidates = nlargest(MAX_CANDIDATES, found, key=lambda passage_id: (found[passage_id], -passage_id))
    others = places.filter(stem__in=counts.keys() - looked_at, passage_id__in=candidates)
    for passage_id, stem, weight in others.values_list("passage_id", "stem", "weight"):
        found[passage_id] += rarity[stem] * weight
    whole = sum(rarity.values())
    return {passage_id: found[passage_id] / whole for passage_id in candidates}


def _rarest(counts: Mapping[str, int]) -> Iterator[str]:
    """The rarest words, at least one, whose places together are not too many."""
    total = 0
    for word in sorted(counts, key=lambda word: (counts[word], word)):
        total += counts[word]
        if total > MAX_POSTINGS and total != counts[word]:
            return
        yield word


def _hit(passage: Passage, question: str, share: float) -> Hit:
    asked = set(_words(question, passage.language))
    names = [set(stems(name, passage.language)) for name in (passage.article.title, passage.heading)]
    alike = sum(len(asked & name) / len(name) for name in names if name) / len(names)
    return Hit(
        article_id=passage.article_id,
        title=passage.article.title,
        heading=passage.heading,
        text=passage.text,
        language=passage.language,
        score=round(share * (1 - NAMED_ALIKE + NAMED_ALIKE * alike), 4),
    )
