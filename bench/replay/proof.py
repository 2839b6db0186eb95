"""Whether all copies of a conversation are the same, and those of what was said. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from bench.replay.dialogues import Turn


@dataclass(frozen=True, slots=True)
class Line:
    """A message as one copy of a conversation holds it; the speaker is customer, agent or system."""

    seq: int
    id: str
    speaker: str
    text: str


Copies = Mapping[str, Sequence[Line]]
"""A conversation as different places show it, each in the order in which it came, by the place's name."""


def differences(turns: Sequence[Turn], copies: Copies) -> list[str]:
    """Say everything that keeps these copies from being one complete conversation; nothing when they are.

    Each copy must hold `seq` 1 to n, each once and in this order (SPEC §4), n being the highest that any
    copy knows; what customer and agent said in it must be `turns`; and all copies must agree.
    """
    highest = max((line.seq for lines in copies.values() for line in lines), default=0)
    found: list[str] = []
    for name, lines in copies.items():
        numbering = _wrong_numbering(lines, highest)
        found += [f"{name} {problem}" for problem in numbering or _wrong_words(turns, lines)]
    return found or _disagreements(copies)


def _wrong_numbering(lines: Sequence[Line], highest: int) -> list[str]:
    times = Counter(line.seq for line in lines)
    problems = [f"lacks seq {seq}" for seq in range(1, highest + 1) if seq not in times]
    problems += [f"has seq {seq} {count} times" for seq, count in sorted(times.items()) if count > 1]
    problems += [f"has a seq {seq}, but they begin with 1" for seq in times if seq < 1]
    problems += [
        f"has seq {later.seq} after seq {earlier.seq}"
        for earlier, later in pairwise(lines)
        if later.seq < earlier.seq
    ]
    return problems


def _wrong_words(turns: Sequence[Turn], lines: Sequence[Line]) -> list[str]:
    spoken = [line for line in lines if line.speaker != "system"]
    for number, (turn, line) in enumerate(zip_longest(turns, spoken), start=1):
        if turn is None:
            return [f"has {len(spoken)} messages of people for {len(turns)} turns"]
        if line is None:
            return [f"has only {len(spoken)} messages of people for {len(turns)} turns"]
        if (turn.speaker, turn.text) != (line.speaker, line.text):
            return [
                f"has for turn {number} at seq {line.seq} {line.speaker}: {line.text!r} "
                f"instead of {turn.speaker}: {turn.text!r}"
            ]
    return []


def _disagreements(copies: Copies) -> list[str]:
    (first_name, first), *others = copies.items()
    return [
        f"{name} has {theirs}, but {first_name} has {line}"
        for name, lines in others
        for line, theirs in zip(first, lines, strict=True)
        if theirs != line
    ]
