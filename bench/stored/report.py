"""The figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """How long the requests of one kind took, in milliseconds; `items` is what they found, on average.

    `processor_ms` is the processor time of a request on average, the database's included: what the request
    would take on a machine that has nothing else to do.
    """

    name: str
    requests: int
    items: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float
    processor_ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, on what."""

    name: str
    database: str
    conversations: int
    messages: int
    load_average: tuple[float, float]
    figures: Sequence[Figure]

    def as_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For people; a table in Markdown."""
        before, after = self.load_average
        return "\n".join(
            [
                f"{self.name}, {self.database}: {self.conversations:,} conversations,"
                f" {self.messages:,} messages; load average {before:.1f} before, {after:.1f} after",
                "",
                "| requests | n | found | p50 | p95 | p99 | slowest | processor |",
                "|---|--:|--:|--:|--:|--:|--:|--:|",
                *(
                    f"| {figure.name} | {figure.requests} | {figure.items:,.0f} | {figure.p50_ms:.1f}"
                    f" | {figure.p95_ms:.1f} | {figure.p99_ms:.1f} | {figure.slowest_ms:.1f} |"
                    f" {figure.processor_ms:.1f} |"
                    for figure in self.figures
                ),
            ]
        )
