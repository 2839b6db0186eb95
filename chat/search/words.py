"""What somebody searches for, as words; and where a text has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from chat.errors import InvalidInput

MAX_QUERY_CHARACTERS = 200
SNIPPET_CHARACTERS = 160
ACCENTS = dict.fromkeys(range(0x300, 0x370))


def words_of(query: str, *, field: str = "q") -> list[str]:
    """Take the words out of what somebody typed, without case and accents, each once, in their order.

    Raises `InvalidInput` where it is too long or holds no letter and no digit.
    """
    query = query.strip()
    if not 1 <= len(query) <= MAX_QUERY_CHARACTERS:
        raise InvalidInput(f"{field} must have 1 to {MAX_QUERY_CHARACTERS} characters.", field=field)
    words = split(plain(query))
    if not words:
        raise InvalidInput(f"{field} must hold a letter or a digit.", field=field)
    # The last one counts as the beginning of a word, so it stays where it is when it comes twice.
    return list(dict.fromkeys(reversed(words)))[::-1]


def plain(text: str) -> str:
    """Letters as the index has them: small, and without the accents of Latin, Greek and Cyrillic."""
    decomposed = unicodedata.normalize("NFKD", text).translate(ACCENTS)
    return unicodedata.normalize("NFC", decomposed).lower()


def split(text: str) -> list[str]:
    """Letters, marks and digits that stand together are a word, as for FTS5's `unicode61`."""
    return "".join(character if _is_of_a_word(character) else " " for character in text).split()


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def snippet(text: str, words: Sequence[str]) -> str:
    """Cut out of a text the place where the first of these words begins, as plain text on one line."""
    line = " ".join(text.split())
    if len(line) <= SNIPPET_CHARACTERS:
        return line
    start = max(_first_place(line, words) - SNIPPET_CHARACTERS // 3, 0)
    start = min(start, len(line) - SNIPPET_CHARACTERS)
    if start:
        # Not from the middle of a word, unless it is longer than what may stand here.
        start = start + 1 + line[start : start + SNIPPET_CHARACTERS // 3].find(" ")
    end = start + SNIPPET_CHARACTERS
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"


def _first_place(line: str, words: Sequence[str]) -> int:
    # Letter by letter, so that a place here is the same place in the line.
    letters = "".join(plain(character)[:1] or character for character in line)
    places = [match.start() for word in words if (match := re.search(rf"\b{re.escape(word)}", letters))]
    return min(places, default=0)
