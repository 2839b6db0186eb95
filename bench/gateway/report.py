"""The figures, and how the gateway stands beside its peers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bench.gateway.measure import Sample
from bench.gateway.stage import NODE, OURS, PYTHON
from bench.gateway.works import Work


@dataclass(frozen=True, slots=True)
class Figure:
    """One server's rounds of one work: sums of what was done, medians of the rounds' p50 and p99.

    `value` is work for each second of the server's processor time, of memory KB for each connection.
    The rest are shares of a core: the server's, that of Valkey and PostgreSQL, and that of the clients.
    """

    key: str
    about: str
    unit: str
    server: str
    value: float
    per_second: float
    p50_ms: float
    p99_ms: float
    server_cores: float
    services_cores: float
    clients_cores: float

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Figure:
        """Sum up the rounds."""
        work, seconds = samples[0].work, sum(sample.seconds for sample in samples) or 1.0
        done, cpu = sum(sample.done for sample in samples), sum(sample.cpu for sample in samples)
        return cls(
            work.key,
            work.about,
            work.unit,
            samples[0].server,
            done / len(samples) if work.is_memory else done / max(cpu, 1e-9),
            0 if work.is_memory else done / seconds,
            _median([sample.p50_ms for sample in samples]),
            _median([sample.p99_ms for sample in samples]),
            cpu / seconds,
            sum(sample.services_cpu for sample in samples) / seconds,
            sum(sample.clients_cpu for sample in samples) / seconds,
        )

    def as_row(self) -> str:
        """A row of a table in Markdown."""
        start = f"| {self.key} {self.about} | {self.server} | "
        if not self.per_second:
            return f"{start}{self.value:.1f} KB each | | | | | | |"
        return (
            f"{start}{self.value:,.0f} {self.unit} | {self.per_second:,.0f} | {self.p50_ms:.1f}"
            f" | {self.p99_ms:.1f} | {self.server_cores:.2f} | {self.services_cores:.2f}"
            f" | {self.clients_cores:.2f} |"
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours divided by a peer's; of memory the least is the best, of all else the most."""

    key: str
    about: str
    peer: str
    ratio: float
    goal: float
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Rise:
    """The others' p99 in milliseconds beside a client that never reads, and beside one that reads."""

    server: str
    about: str
    deaf_ms: float
    reads_ms: float
    ratio: float
    is_reached: bool


MOST_RISE = 1.2


@dataclass(slots=True)
class Report:
    """What was measured, on what; `problems` name what must not be."""

    rounds: int
    seconds: float
    load_average: tuple[float, float] = (0.0, 0.0)
    versions: dict[str, str] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    rises: list[Rise] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, work: Work, samples: Sequence[Sample]) -> None:
        """Take all samples of one work."""
        found = {
            name: Figure.of([sample for sample in samples if sample.server == name])
            for name in dict.fromkeys(sample.server for sample in samples)
        }
        self.figures += found.values()
        for peer, goal in zip((NODE, PYTHON), work.goals, strict=True):
            if OURS in found and peer in found:
                ratio = found[OURS].value / max(found[peer].value, 1e-9)
                is_reached = ratio <= goal if work.is_memory else ratio >= goal
                self.ratios.append(Ratio(work.key, work.about, peer, ratio, goal, is_reached))

    def add_deafness(self, samples: Sequence[Sample]) -> None:
        """Take the samples of a work beside a client that reads, and beside one that never does."""
        reads, deaf = (
            Figure.of([sample for sample in samples if sample.work is work])
            for work in dict.fromkeys(sample.work for sample in samples)
        )
        self.figures += [reads, deaf]
        ratio = deaf.p99_ms / max(reads.p99_ms, 1e-9)
        self.rises.append(
            Rise(deaf.server, deaf.about, deaf.p99_ms, reads.p99_ms, ratio, is_reached=ratio <= MOST_RISE)
        )

    def as_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For people; tables in Markdown."""
        before, after = self.load_average
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines = [
            f"{self.rounds} × {self.seconds:g} s; load average {before:.1f} before, {after:.1f} after",
            versions,
            "",
            "| work | server | for each server-CPU-second | each second | p50 ms | p99 ms"
            " | server's cores | services' | clients' |",
            "|---|---|--:|--:|--:|--:|--:|--:|--:|",
            *(figure.as_row() for figure in self.figures),
            "",
            "| work | against | ratio | goal | |",
            "|---|---|--:|--:|---|",
            *(
                f"| {one.key} {one.about} | {one.peer} | {one.ratio:.2f} | {_goal(one)}"
                f" | {'reached' if one.is_reached else 'not reached'} |"
                for one in self.ratios
            ),
            "",
            *(
                f"{one.server}, {one.about}: p99 {one.deaf_ms:.1f} ms instead of {one.reads_ms:.1f},"
                f" × {one.ratio:.2f} (≤ {MOST_RISE:g}, {'reached' if one.is_reached else 'not reached'})"
                for one in self.rises
            ),
            *(f"Left out: {one}" for one in self.left_out),
            *self.problems,
        ]
        return "\n".join(lines)


def _goal(ratio: Ratio) -> str:
    return f"{'≤' if ratio.key == 'W3' else '≥'} {ratio.goal:g}"


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
