"""`./desk bench queue`: from the command line to the exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import uvloop

from bench.options import positive
from bench.queue import sockets
from bench.queue.measure import make_crowd, take
from bench.queue.report import Figure, Report, not_won_once
from bench.replay.servers import Servers, ServersError, running_servers

ABOUT = "take chats out of long lines, and let fifty agents want one chat"
WEB_PROCESSES = 2
AGENTS_ON_SOCKETS = 20
TAKERS = (
    ("pick-next, two processes", "pick", "plain"),
    ("pick-next, two processes", "pick", "skilled"),
    ("the line alone", "take", "plain"),
    ("the line alone", "take", "skilled"),
    ("peer: sort, take the first", "sort and update", "plain"),
    ("peer: a sorted set in Valkey", "pop", "plain"),
)
"""What each is called in the report and in `bench.queue.takers.TAKES`, and the queue that it takes from."""
SPARE = 50
"""More chats than are taken, so that no line runs dry."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ends the program with what is wrong with it."""
    parser = argparse.ArgumentParser(prog="./desk bench queue", description=ABOUT)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--waiting", type=_counts, default=[10_000, 100_000], metavar="N,N", help="chats (10000,100000)"
    )
    parser.add_argument("--picks", type=positive, default=400, metavar="N", help="of each kind (400)")
    parser.add_argument("--rounds", type=positive, default=200, metavar="N", help="for one chat (200)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    # Each queue holds half of what waits, and up to four kinds of takers empty it.
    if min(options.waiting) < 2 * (4 * options.picks + SPARE):
        parser.error(f"--waiting must be at least {2 * (4 * options.picks + SPARE):,} for so many --picks")
    return options


def _counts(text: str) -> list[int]:
    return [positive(part) for part in text.split(",")]


def main(arguments: Sequence[str]) -> int:
    """Measure; return the exit status: 0 only when each chat went to exactly one agent."""
    options = parse(arguments)
    try:
        with running_servers(options.database, WEB_PROCESSES) as servers:
            report = measure(servers, options)
    except ServersError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print(report.as_json() if options.json else report.as_text())
    return 1 if report.problems else 0


def measure(servers: Servers, options: argparse.Namespace) -> Report:
    """Fill lines, take from them in every way, and let fifty want one chat."""
    report, before = Report(options.database), os.getloadavg()[0]
    for waiting in options.waiting:
        _say(f"{waiting:,} chats begin to wait …")
        crowd = make_crowd(servers.environment, waiting, options.rounds)
        _say(f"{options.picks} are taken in each of {len(TAKERS)} ways by two processes …")
        takes = [(name, queue) for _, name, queue in TAKERS]
        taken = take(servers.environment, crowd, takes, options.picks)
        for (taker, _, queue), (milliseconds, seconds) in zip(TAKERS, taken, strict=True):
            report.figures.append(Figure.of(taker, queue, waiting, milliseconds, seconds))
        for queue in ("plain", "skilled"):
            taker = f"pick-next, {AGENTS_ON_SOCKETS} sockets"
            _say(f"{taker}, {queue} …")
            milliseconds, seconds = uvloop.run(
                sockets.pick(servers.urls, crowd, queue, AGENTS_ON_SOCKETS, options.picks)
            )
            report.figures.append(Figure.of(taker, queue, waiting, milliseconds, seconds))
    _say(f"Fifty agents want one chat, {options.rounds} times …")
    (milliseconds, seconds), winners = uvloop.run(sockets.want_one(servers.urls, crowd, options.rounds))
    report.figures.append(
        Figure.of("fifty agents for one chat", "single", options.waiting[-1], milliseconds, seconds)
    )
    report.problems += not_won_once(winners)
    report.problems += [f"logged by a web process: {line}" for line in servers.logged_errors()]
    report.load_average = before, os.getloadavg()[0]
    return report


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
