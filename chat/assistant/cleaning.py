"""Takes out of texts what nobody sees: it can hide orders from people, but not from a model (THREATS D9).

What stays, because words and emoji need it:

- a joiner (ZWJ, ZWNJ) right after an emoji, or after a letter or sign of a script that is written with
  joiners: Arabic with Persian and Urdu, Syriac, Mongolian, and those of India and its neighbours;
- a variation selector for text or emoji (VS15, VS16) right after a symbol, a digit or one of `#*‼⁉〰ℹ`.

Never two of them in a row, so nothing can be spelled with them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; a new line and a tab are seen
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
_NEW_LINE = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")

_JOINING_SCRIPTS = (
    (0x0600, 0x08FF),  # Arabic, Syriac, Thaana, N'Ko, Mandaic
    (0x0900, 0x0DFF),  # Devanagari to Sinhala
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0x1900, 0x1C4F),  # Limbu to Lepcha
    (0xA800, 0xABFF),  # Syloti Nagri to Meetei Mayek
    (0xFB50, 0xFDFF),  # Arabic presentation forms
    (0x11000, 0x11FFF),  # Brahmi and its descendants
)
_EMOJI_TONES = range(0x1F3FB, 0x1F400)
_EMOJI_KEYS = "0123456789#*‼⁉〰ℹ"


def clean_for_model(text: str) -> str:
    """Return what a person sees of a text, for a model to read."""
    return _clean(text, "")


def clean_answer(piece: str, before: str = "") -> str:
    """Return what is to be seen of a piece of an answer.

    `before` is what was said before it, or the end of that: a joiner may come apart from its emoji.
    """
    return _clean(piece, before[-1:])


def _clean(text: str, before: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _NEW_LINE.sub("\n", text)
    kept: list[str] = []
    end = 0
    for unseen in _UNSEEN.finditer(text):
        seen = text[end : unseen.start()]
        kept.append(seen)
        before = seen[-1:] or before
        if _belongs(unseen[0], before):
            kept.append(unseen[0])
            before = unseen[0]
        end = unseen.end()
    kept.append(text[end:])
    return "".join(kept)


def _belongs(unseen: str, before: str) -> bool:
    if not before:
        return False
    if unseen in _JOINERS:
        return before == "\ufe0f" or _is_symbol(before) or _is_joining(before)
    return unseen in _SELECTORS and (before in _EMOJI_KEYS or _is_symbol(before))


@lru_cache(maxsize=4096)
def _is_symbol(character: str) -> bool:
    return unicodedata.category(character).startswith("S") or ord(character) in _EMOJI_TONES


@lru_cache(maxsize=4096)
def _is_joining(character: str) -> bool:
    point = ord(character)
    is_in_script = any(first <= point <= last for first, last in _JOINING_SCRIPTS)
    return is_in_script and unicodedata.category(character)[0] in "LM"
