"""Progress while it runs, and the figures at the end."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

BAR_WIDTH = 30
PROBLEMS_SHOWN = 20


class Progress:
    """A bar on standard error: redrawn in place on a terminal, else a line for every tenth."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._done = self._messages = 0
        self._began = time.perf_counter()

    def advance(self, messages: int = 0) -> None:
        """One more is done, with so many messages."""
        self._done += 1
        self._messages += messages
        is_terminal, is_last = sys.stderr.isatty(), self._done == self._total
        is_new_tenth = self._done * 10 // self._total > (self._done - 1) * 10 // self._total
        if is_terminal or is_new_tenth:
            start, end = ("\r", "\n" if is_last else "") if is_terminal else ("", "\n")
            print(f"{start}{self._bar()}", end=end, file=sys.stderr, flush=True)

    def _bar(self) -> str:
        filled = "#" * (BAR_WIDTH * self._done // self._total)
        rate = self._messages / (time.perf_counter() - self._began)
        speed = f"  {rate:,.0f} messages/s" if self._messages else ""
        return f"{self._title} [{filled:.<{BAR_WIDTH}}] {self._done:,}/{self._total:,}{speed}"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a replay. Messages are those that people sent; times are in the players' clock.

    `cpu` tells for each process how much of a core it used while the dialogues were played.
    """

    database: str
    processes: int
    concurrency: int
    dialogues: int
    messages: int
    seconds: float
    messages_per_second: float
    delivered_p50_ms: float
    delivered_p99_ms: float
    cpu: Mapping[str, float]
    problems: Sequence[str]

    def as_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For people."""
        cpu = ", ".join(f"{name} {share:.0%}" for name, share in self.cpu.items())
        lines = [
            f"{self.dialogues:,} dialogues, {self.concurrency} at once, on {self.database} "
            f"with {self.processes} web process{'es' if self.processes > 1 else ''}",
            f"  {self.messages:,} messages in {self.seconds:.1f} s: {self.messages_per_second:,.0f} a second",
            f"  sent to delivered: p50 {self.delivered_p50_ms:.1f} ms, p99 {self.delivered_p99_ms:.1f} ms",
            f"  processor: {cpu}",
        ]
        if not self.problems:
            lines.append("  Proved: both sides, the REST history and the database hold the same messages.")
        else:
            lines.append(f"  {len(self.problems):,} problems:")
            lines += [f"    {problem}" for problem in self.problems[:PROBLEMS_SHOWN]]
            if len(self.problems) > PROBLEMS_SHOWN:
                lines.append("    … and more; --json lists all.")
        return "\n".join(lines)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent do not exceed (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[max(math.ceil(percent / 100 * len(ordered)), 1) - 1] if ordered else 0.0
