"""What people wrote, made safe to stand between our lines: nothing forges one or drives a terminal."""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the direction of what follows them, so that a name can make its line read otherwise.
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Put a name on one line: no line ends, no control characters, no marks that turn what follows."""
    return " ".join(_without_controls(_DIRECTION_MARKS.sub("", text)).split())


def lines_of(text: str) -> list[str]:
    """Split a text at everything that any program takes for the end of a line, without control characters."""
    return [_without_controls(line) for line in text.splitlines()]


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
