"""Names of files, as clients say them and as everybody else may see them."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

from chat.errors import NotWhatItSays
from chat.media.formats import ALLOWED, Format

MAX_NAME_CHARACTERS = 120
MAX_EXTENSION_CHARACTERS = 8

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode's categories of what is not seen or changes how the rest is seen: controls, marks of direction,
zero width, halves of emoji, line breaks."""
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
"""What Windows does not take, or shells and pages read as more than a letter."""

# The table that Python carries, not the machine's: one answer everywhere.
_known = mimetypes.MimeTypes()


def safe_name(said: str, found: Format) -> str:
    """Return what a file is called: without a path, without what is not seen, ending as its content does.

    Raises `NotWhatItSays` where the ending is known to be of something else than an image, audio or video,
    as the content is.
    """
    name = visible(said)
    stem, ending = _split(name)
    if ending.lower() not in found.extensions:
        _check_ending(name, ending, found)
        ending = found.extensions[0]
    stem = stem[: MAX_NAME_CHARACTERS - len(ending)].strip(". ") or found.type
    return stem + ending


def visible(said: str) -> str:
    """Return what is left of a name that may be shown; it may be nothing."""
    seen = "".join(
        character
        for character in unicodedata.normalize("NFC", said.replace("\\", "/").rpartition("/")[2])
        if unicodedata.category(character) not in UNSEEN
    )
    # Dots and spaces at an end are lost in some file systems, and a file that begins with a dot is hidden.
    return NOT_IN_NAMES.sub("_", seen).strip(". \t\u00a0\u3000")[:MAX_NAME_CHARACTERS]


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if stem and extension.isascii() and extension.isalnum() and len(extension) <= MAX_EXTENSION_CHARACTERS:
        return stem, dot + extension
    return name, ""


def _check_ending(name: str, ending: str, found: Format) -> None:
    says, _ = _known.guess_type(f"file{ending}", strict=False)
    if says is not None and says.partition("/")[0] != found.type:
        raise NotWhatItSays(
            f"{name} ends in {ending}, but is {found.media_type}: {ALLOWED[found.type]} are allowed.",
            field="media",
        )
