"""Dialogues to play, read from a file of JSON lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

SPEAKERS = ("customer", "agent")
FORMAT = '{"id": …, "services": […], "turns": [{"speaker": "customer" or "agent", "text": …}, …]}'


class DialoguesError(Exception):
    """The file cannot be played; the text says where it is wrong and what is right."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that one side says; the text without space around it, as the helpdesk stores it."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What a customer and an agent say to each other."""

    id: str
    turns: tuple[Turn, ...]


def read_dialogues(path: Path, count: int | None = None) -> list[Dialogue]:
    """Read the first `count` dialogues, or all, of a file of JSON lines, plain or `.gz`.

    Raises `DialoguesError` for a file that is missing or of another form.
    """
    try:
        with _open(path) as lines:
            dialogues = list(islice(_parse(path, lines), count))
    except FileNotFoundError:
        raise DialoguesError(
            f"There is no file {path}. --dialogues names one, in which each line is {FORMAT}."
        ) from None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DialoguesError(f"{path} cannot be read: {error}.") from None
    if not dialogues:
        raise DialoguesError(f"{path} holds no dialogue.")
    return dialogues


def _open(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _parse(path: Path, lines: IO[str]) -> Iterator[Dialogue]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield parse_dialogue(line)
            except DialoguesError as error:
                raise DialoguesError(f"{path}, line {number}: {error}") from None


def parse_dialogue(line: str) -> Dialogue:
    """Read one line. Raises `DialoguesError`, which says what is wrong with it."""
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise DialoguesError(f"this is not JSON ({error}).") from None
    if not isinstance(data, dict) or not isinstance(data.get("id"), str):
        raise DialoguesError(f"a dialogue is {FORMAT}.")
    turns = data.get("turns")
    if not isinstance(turns, list) or not turns:
        raise DialoguesError("turns must be a list of at least one turn.")
    return Dialogue(data["id"], tuple(_turn(turn, number) for number, turn in enumerate(turns, start=1)))


def _turn(data: Any, number: int) -> Turn:
    if not isinstance(data, dict) or data.get("speaker") not in SPEAKERS:
        speaker = data.get("speaker") if isinstance(data, dict) else data
        raise DialoguesError(f'turn {number}: the speaker is "customer" or "agent", not {speaker!r}.')
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        raise DialoguesError(f"turn {number}: the text must be a text that is not empty.")
    return Turn(data["speaker"], text.strip())
