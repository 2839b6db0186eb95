"""From an article to the rows by which it is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from chat.knowledge.sections import sections
from chat.knowledge.words import base_language, stems
from chat.models import Article, Passage, PassageWord

PASSAGE_CHARACTERS = 1_200
"""A longer section becomes several passages, each of whole blocks: an answer is a message, not an article."""
TYPICAL_WORDS = 60
IN_TITLE = 0.9
MAX_WEIGHT = 0.95
"""So that of passages that are named alike the first one answers, not the one that says it most often."""


def passages_of(article: Article) -> list[Passage]:
    """Cut an article into passages, not yet stored."""
    cut = [(section.heading, text) for section in sections(article.body) for text in _pieces(section.blocks)]
    return [
        Passage(
            organization_id=article.organization_id,
            article=article,
            language=base_language(article.language),
            position=position,
            heading=heading[:200],
            text=text,
        )
        for position, (heading, text) in enumerate(cut)
    ]


def words_of(passage: Passage) -> Iterator[PassageWord]:
    """The words by which a stored passage is found: its own, and its article's title and keywords."""
    article = passage.article
    for stem, weight in _weights(
        stems(f"{article.title}\n{article.keywords}", passage.language),
        stems(passage.heading, passage.language),
        stems(passage.text, passage.language),
    ):
        yield PassageWord(
            organization_id=passage.organization_id,
            passage=passage,
            language=passage.language,
            stem=stem,
            weight=weight,
        )


def _weights(title: list[str], heading: list[str], text: list[str]) -> Iterator[tuple[str, float]]:
    """How much a passage is about each of its words, 0 to 1.

    In the text as in Okapi BM25: more for what comes often, less in a long text. Being named above it says
    about as much as anything could.
    """
    counts = Counter(text)
    slowness = 0.25 + 0.25 * len(text) / TYPICAL_WORDS
    for stem in dict.fromkeys([*title, *heading, *text]):
        missing = slowness / (counts[stem] + slowness)
        for named in (title, heading):
            if stem in named:
                missing *= 1 - IN_TITLE
        yield stem, min(round(1 - missing, 4), MAX_WEIGHT)


def _pieces(blocks: Iterable[str]) -> Iterator[str]:
    piece = ""
    for block in blocks:
        if piece and len(piece) + len(block) > PASSAGE_CHARACTERS:
            yield piece
            piece = ""
        piece = f"{piece}\n\n{block}" if piece else block
    yield piece
