"""Keeps an assistant's instructions out of its answers, while these are being said (THREATS D6).

A net below the rule that instructions hold no secrets: it knows their words, however they are spaced or
decorated, and not a translation of them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache

MIN_SENTENCE_CHARACTERS = 25
MIN_SECRET_CHARACTERS = 8
MAX_LOOKED_AT = 120
"""Of a long sentence the beginning is enough to know it by, and an answer is not held back for longer."""
BEGINNING = 4
"""How many letters find what may follow; nothing forbidden is as short."""

_SENTENCE_END = re.compile(r"[.!?…。！？]+(?:\s|$)|\n+")
_ADDRESS = re.compile(r"https?://[^\s?#]*|\S+@\S+")
_WORD = re.compile(r"[^\s,;:!?()\[\]{}<>\"'`=&/|*]+")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_COUNTED = re.compile(r"\d{1,3}(-[^\W\d]+)+")  # 30-day, 48-hours
_CASE_CHANGE = re.compile(r"[a-z][A-Z]")


class Leaked(Exception):
    """An answer begins to tell the assistant's instructions."""


class LeakGuard:
    """Reads an answer before anybody hears it.

    What must not be said: each sentence of the instructions that has at least `MIN_SENTENCE_CHARACTERS`, and
    each word in them that looks like a secret. What stands in `allowed` may be: the customer has said it.
    """

    def __init__(self, instructions: str, allowed: str) -> None:
        self.instructions = instructions
        self.allowed = ""
        self._held = ""
        self._forbid(forbidden_in(instructions))
        self.allow(allowed)

    def allow(self, text: str) -> None:
        """From now on this may be said: the customer has said it, or it was found in the knowledge base."""
        self.allowed = f"{self.allowed}\n{text}"
        known = plain(text)
        self._forbid({words for words in self._sorted if words not in known})

    def feed(self, piece: str) -> str:
        """Take more of the answer, and return what of it may be said now.

        Held back is only an end that may become something forbidden. Raises `Leaked`.
        """
        text, self._held = self._held + piece, ""
        if not self._sorted:
            return text
        letters, places = _plain_with_places(text)
        beginnings = self._beginnings
        starts = [at for at in range(len(letters)) if letters[at : at + BEGINNING] in beginnings]
        for start in starts:
            if self._begins_forbidden(letters, start):
                raise Leaked("An answer would tell the instructions.")
        for start in starts:
            if len(letters) - start <= MAX_LOOKED_AT and self._may_become_forbidden(letters[start:]):
                self._held = text[places[start] :]
                return text[: places[start]]
        return text

    def flush(self) -> str:
        """Return what was held back: no more comes."""
        held, self._held = self._held, ""
        return held

    def _forbid(self, forbidden: set[str]) -> None:
        self._sorted = sorted(forbidden)
        self._by_beginning: dict[str, list[str]] = {}
        for words in self._sorted:
            self._by_beginning.setdefault(words[:BEGINNING], []).append(words)
        # Where a text ends, fewer letters than that may be the beginning of one.
        self._beginnings = {words[:length] for words in self._sorted for length in range(1, BEGINNING + 1)}

    def _begins_forbidden(self, letters: str, start: int) -> bool:
        possible = self._by_beginning.get(letters[start : start + BEGINNING], ())
        return any(letters.startswith(words, start) for words in possible)

    def _may_become_forbidden(self, end: str) -> bool:
        # In order, whatever begins with `end` comes right where it would stand itself.
        index = bisect_left(self._sorted, end)
        return index < len(self._sorted) and self._sorted[index].startswith(end)


def forbidden_in(instructions: str) -> set[str]:
    """Return what of the instructions must not be said, as `plain` letters and digits."""
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(instructions))
    long_ones = {plain(sentence) for sentence in sentences if len(sentence) >= MIN_SENTENCE_CHARACTERS}
    words = (word.strip("._-") for word in _WORD.findall(_ADDRESS.sub(" ", instructions)))
    secrets = {plain(word) for word in words if looks_secret(word)}
    return {letters[:MAX_LOOKED_AT] for letters in long_ones | secrets if len(letters) > BEGINNING}


def looks_secret(word: str) -> bool:
    """Tell whether a word looks like a key or a code rather than like language."""
    if len(word) < MIN_SECRET_CHARACTERS or _HOST.fullmatch(word) or _COUNTED.fullmatch(word):
        return False
    has_digit = any(character.isdigit() for character in word)
    has_letter = any(character.isalpha() for character in word)
    return (has_digit and has_letter) or len(_CASE_CHANGE.findall(word)) >= 3


def plain(text: str) -> str:
    """Return the letters and digits alone of a text, without case, width, and decoration."""
    return "".join(map(_plain_character, text))


def _plain_with_places(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _plain_character(character):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    folded = unicodedata.normalize("NFKD", character).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
