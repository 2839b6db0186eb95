"""The figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bench.replay.report import percentile

ALONE = "people alone"


@dataclass(frozen=True, slots=True)
class Talk:
    """How long people's messages took (milliseconds) while `beside` went on, and what that cost.

    `cpu` tells for each process how much of a core it used.
    """

    beside: str
    round: int
    messages: int
    acknowledged_p50_ms: float
    acknowledged_p99_ms: float
    delivered_p50_ms: float
    delivered_p99_ms: float
    cpu: Mapping[str, float]

    @classmethod
    def of(
        cls,
        beside: str,
        number: int,
        acknowledged: Sequence[float],
        delivered: Sequence[float],
        cpu: Mapping[str, float],
    ) -> Talk:
        """Sum up what was measured."""
        return cls(
            beside,
            number,
            len(delivered),
            percentile(acknowledged, 50),
            percentile(acknowledged, 99),
            percentile(delivered, 50),
            percentile(delivered, 99),
            cpu,
        )


@dataclass(frozen=True, slots=True)
class Streams:
    """How the answers came that were streamed at once (milliseconds; `words` those whose delay is known)."""

    kind: str
    round: int
    answers: int
    words: int
    first_p50_ms: float
    first_p99_ms: float
    delay_p50_ms: float
    delay_p99_ms: float
    chunks_a_second: float
    """Of one chat."""


@dataclass(slots=True)
class Report:
    """What was measured, on what; `problems` name what must not be."""

    database: str
    chats: int
    load_average: tuple[float, float] = (0.0, 0.0)
    talks: list[Talk] = field(default_factory=list)
    streams: list[Streams] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For people; tables in Markdown."""
        before, after = self.load_average
        load = f"load average {before:.1f} before, {after:.1f} after"
        return "\n".join(
            [
                f"{self.chats} chats at once on {self.database}; {load}",
                "",
                *self._streams(),
                "",
                *self._talks(),
                "",
                *self.ratios(),
                "",
                *self.problems,
            ]
        ).rstrip()

    def ratios(self) -> list[str]:
        """How much longer people's messages took beside assistants than in the same round without."""
        alone = {talk.round: talk for talk in self.talks if talk.beside == ALONE}
        return [
            f"beside {talk.beside}, round {talk.round}: delivered p50"
            f" {_times(talk.delivered_p50_ms, alone[talk.round].delivered_p50_ms)}, p99"
            f" {_times(talk.delivered_p99_ms, alone[talk.round].delivered_p99_ms)} times as long"
            for talk in self.talks
            if talk.beside != ALONE
        ]

    def _streams(self) -> list[str]:
        return [
            "| answers | round | n | words | first word p50 | p99 | each word p50 | p99 | chunks a second |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
            *(
                f"| {one.kind} | {one.round} | {one.answers} | {one.words:,} | {one.first_p50_ms:.1f}"
                f" | {one.first_p99_ms:.1f} | {one.delay_p50_ms:.1f} | {one.delay_p99_ms:.1f}"
                f" | {one.chunks_a_second:.1f} |"
                for one in self.streams
            ),
        ]

    def _talks(self) -> list[str]:
        names = list(self.talks[0].cpu) if self.talks else []
        return [
            "| people's messages beside | round | n | stored p50 | p99 | delivered p50 | p99 |"
            + "".join(f" {name} |" for name in names),
            "|---|--:|--:|--:|--:|--:|--:|" + "--:|" * len(names),
            *(
                f"| {one.beside} | {one.round} | {one.messages:,}"
                f" | {one.acknowledged_p50_ms:.1f} | {one.acknowledged_p99_ms:.1f}"
                f" | {one.delivered_p50_ms:.1f} | {one.delivered_p99_ms:.1f} |"
                + "".join(f" {share:.0%} |" for share in one.cpu.values())
                for one in self.talks
            ),
        ]


def _times(with_them: float, without: float) -> str:
    return f"{with_them / without:.2f}" if without else "–"
