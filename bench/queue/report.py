"""The figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bench.replay.report import percentile

Row = tuple[str, str]
"""Who takes, and from which queue."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How fast chats were taken while so many waited; `p50_ms` and `p99_ms` of one taking."""

    taker: str
    queue: str
    waiting: int
    count: int
    per_second: float
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, taker: str, queue: str, waiting: int, milliseconds: list[float], seconds: float) -> Figure:
        """Sum up what was measured."""
        return cls(
            taker,
            queue,
            waiting,
            len(milliseconds),
            len(milliseconds) / seconds,
            percentile(milliseconds, 50),
            percentile(milliseconds, 99),
        )


@dataclass(slots=True)
class Report:
    """What was measured, on what; `problems` name what must not be."""

    database: str
    load_average: tuple[float, float] = (0.0, 0.0)
    figures: list[Figure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For people; a table in Markdown."""
        before, after = self.load_average
        head = f"{self.database}; load average {before:.1f} before, {after:.1f} after"
        table = [
            "| taken by | queue | waiting | n | each second | p50 ms | p99 ms |",
            "|---|---|--:|--:|--:|--:|--:|",
            *(
                f"| {one.taker} | {one.queue} | {one.waiting:,} | {one.count:,} | {one.per_second:,.0f}"
                f" | {one.p50_ms:.2f} | {one.p99_ms:.2f} |"
                for one in self.figures
            ),
        ]
        return "\n".join([head, "", *table, "", *self._ratios(), *self.problems])

    def _ratios(self) -> list[str]:
        """How much longer one taking takes with the longest line than with the shortest."""
        rows: dict[Row, list[Figure]] = {}
        for figure in self.figures:
            rows.setdefault((figure.taker, figure.queue), []).append(figure)
        compared = [(row, figures[0], figures[-1]) for row, figures in rows.items() if len(figures) > 1]
        if not compared:
            return []
        few, many = compared[0][1].waiting, compared[0][2].waiting
        return [
            f"| {many:,} ÷ {few:,} waiting | queue | p50 | p99 |",
            "|---|---|--:|--:|",
            *(
                f"| {taker} | {queue} | {_times(last.p50_ms, first.p50_ms)} |"
                f" {_times(last.p99_ms, first.p99_ms)} |"
                for (taker, queue), first, last in compared
            ),
            "",
        ]


def _times(last: float, first: float) -> str:
    return f"{last / first:.2f}"


def not_won_once(winners: Sequence[int]) -> list[str]:
    """Name the rounds in which not exactly one agent got the chat."""
    return [
        f"round {number}: {count} agents got the one chat"
        for number, count in enumerate(winners, start=1)
        if count != 1
    ]
