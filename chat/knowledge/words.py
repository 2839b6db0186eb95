"""The words of a text that say what it is about, as stems."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import stopwords
from Stemmer import Stemmer

from chat.search.words import plain, split

MAX_STEM_CHARACTERS = 60
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8})*", re.IGNORECASE)
LETTER_WITH_HYPHEN = re.compile(r"\b([a-z])-(?=[a-z])")
"""An e-mail is an email, a t-shirt a tshirt."""

FILLERS = {
    "en": """
        accept accepted accepts actually allow allowed allows already also another anybody anyone
        anything ask asking bring bringing brought came can come comes coming could dear else ever
        explain find get gets getting give go going good got great happen happens hello help hey
        hi however im info information item items ive just kindly know let like little look
        looking lot make making many may maybe might much must need needed needs nice now offer
        offers ok okay one perhaps please policies policy possible possibly problem product
        products provide put question questions quick quickly quite really regarding right rules
        say see sell shall someone somebody something still stuff sure tell thank thanks thing
        things think tried try trying us use used using via wanna want wanted wants way well will
        wish without wonder wondering yeah yes yet
    """,
    "de": """
        also bitte brauche brauchen danke denn dir eigentlich einfach etwas frage fragen geben
        geht gern gerne gibt guten habe haben hallo hat helfen hilfe ihnen kann konnen mal man mich mir
        morgen möchte möchten muss nur sagen schon sehr viel viele wäre welche welcher welches
        will wissen wollen wollte würde
    """,
}
"""With which people ask, but which are about nothing, beyond the stop words of their language."""

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip
"""By ISO 639-1. Words of other languages stand for themselves."""


def is_language(tag: str) -> bool:
    """Whether this could name a language (BCP 47)."""
    return LANGUAGE_TAG.fullmatch(tag) is not None


def base_language(tag: str) -> str:
    """The language of a tag (BCP 47), without script and region: pt of pt-BR."""
    return tag.strip().lower().replace("_", "-").partition("-")[0]


def stems(text: str, language: str) -> list[str]:
    """Take the words out of a text, in their order, without accents, endings, and those about nothing."""
    left_out = about_nothing(language)
    words = [
        word
        for part in LETTER_WITH_HYPHEN.sub(r"\1", plain(text)).split()
        if "@" not in part and "://" not in part  # an address says nothing
        for word in split(part)
        if word not in left_out and (len(word) > 1 or not word.isascii())
    ]
    stemmer = _stemmer(language)
    return [stem[:MAX_STEM_CHARACTERS] for stem in (stemmer.stemWords(words) if stemmer else words)]


def _stemmer(language: str) -> Any:
    # Made anew each time, which takes a microsecond: one must not be used by two threads.
    algorithm = STEMMERS.get(language)
    return Stemmer(algorithm) if algorithm else None


@cache
def about_nothing(language: str) -> frozenset[str]:
    """The stop words of a language and `FILLERS`, as `split` and `plain` leave them."""
    listed = [*stopwords.safe_get_stopwords(language), *FILLERS.get(language, "").split()]
    return frozenset(part for word in listed for part in split(plain(word)))
