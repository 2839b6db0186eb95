"""Articles as Markdown files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.models import CharField, TextField

from chat.knowledge.sections import sections, without_title
from chat.models import Article

KEYWORDS = re.compile(r"<!--\s*keywords:(.*?)-->", re.IGNORECASE | re.DOTALL)
MAX_CHARACTERS = {
    field.name: field.max_length for field in Article._meta.fields if isinstance(field, CharField | TextField)
}
MAX_FILE_BYTES = 500_000


class BadArticleFile(Exception):
    """A file that is no article; the message says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file says. `source` is its path inside the folder."""

    source: str
    title: str
    body: str
    keywords: str


def article_files(folder: Path) -> Iterator[Path]:
    """The Markdown files of a folder and those below it, in the order of their paths."""
    yield from sorted(path for path in folder.rglob("*.md") if path.is_file())


def read_article(path: Path, folder: Path) -> Draft:
    """Read a file: its title is the heading that it begins with, else its name; a comment names its keywords.

    Raises `BadArticleFile`.
    """
    text = _read(path)
    keywords = ", ".join(" ".join(found.split()) for found in KEYWORDS.findall(text))
    title, body = without_title(KEYWORDS.sub("", text).strip())
    draft = Draft(
        source=path.relative_to(folder).as_posix(),
        title=title or path.stem.replace("-", " ").replace("_", " ").strip().capitalize(),
        body=body,
        keywords=keywords,
    )
    if not sections(body):
        raise BadArticleFile("it has no text")
    for name in ("source", "title", "body", "keywords"):
        allowed = MAX_CHARACTERS[name] or 0
        if len(getattr(draft, name)) > allowed:
            raise BadArticleFile(f"its {name} has more than {allowed:,} characters")
    return draft


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadArticleFile(f"it has more than {MAX_FILE_BYTES:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadArticleFile("it is not UTF-8") from None
    except OSError as error:
        raise BadArticleFile(f"it cannot be read: {error.strerror}") from None
    if "\0" in text:
        raise BadArticleFile("it is not a text")
    return text.replace("\r\n", "\n")
