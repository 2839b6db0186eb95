"""`./desk bench gateway`: from the command line to the exit status."""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import os
import resource
import sys
from collections.abc import Sequence

import uvloop

from bench.gateway.client import Refused
from bench.gateway.deafness import beside
from bench.gateway.measure import Sample, measure
from bench.gateway.report import Figure, Report
from bench.gateway.stage import NODE, OURS, PYTHON, Stage, running
from bench.gateway.works import FULL, QUICK, Work
from bench.options import positive
from bench.replay.servers import ServersError
from helpdesk.paths import BASE_DIR

ABOUT = "measure the gateway beside Node socket.io and python-socketio"
SERVERS = {"helpdesk": OURS, "node": NODE, "python": PYTHON}
KEYS = ("W1", "W2", "W3", "W4", "W5", "W6")
BESIDE, BESIDE_QUICKLY = 50, 5
"""How many send messages beside a client that does not read."""
OPEN_FILES = 8_192


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ends the program with what is wrong with it."""
    parser = argparse.ArgumentParser(prog="./desk bench gateway", description=ABOUT)
    parser.add_argument("--work", nargs="+", choices=KEYS, default=KEYS, help="what to measure (all)")
    parser.add_argument("--servers", nargs="+", choices=tuple(SERVERS), default=tuple(SERVERS), help="(all)")
    parser.add_argument(
        "--database",
        nargs="+",
        choices=("sqlite", "postgresql"),
        default=("sqlite", "postgresql"),
        help="of stored messages (both)",
    )
    parser.add_argument("--rounds", type=positive, metavar="N", help="of each server, in turn (3)")
    parser.add_argument("--seconds", type=positive, metavar="N", help="of each measurement (5)")
    parser.add_argument(
        "--quick", action="store_true", help="few clients, moments each: shows that it works, measures little"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.warm_up = 0.1 if options.quick else 1.0
    options.seconds = options.seconds or (0.3 if options.quick else 5)
    return options


def main(arguments: Sequence[str]) -> int:
    """Measure; return the exit status: 0 when every server did all its work."""
    options = parse(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, most), most))
    report = Report(options.rounds, options.seconds, versions=_versions())
    before = os.getloadavg()[0]
    works = [work for work in (QUICK if options.quick else FULL) if work.key in options.work]
    try:
        for database in options.database:
            wanted = [work for work in works if database in work.databases]
            if wanted or "W6" in options.work:
                measure_all(report, database, wanted, options)
    except (ServersError, Refused, RuntimeError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    report.load_average = before, os.getloadavg()[0]
    print(report.as_json() if options.json else report.as_text())
    return 1 if report.problems else 0


def measure_all(report: Report, database: str, works: Sequence[Work], options: argparse.Namespace) -> None:
    """Start the servers on one kind of database and let each do all works, one server after the other."""
    names = [SERVERS[name] for name in options.servers]
    # Memory is asked for once, of processes that have done nothing yet.
    rounds = {work: 1 if work.is_memory else options.rounds for work in works}
    chats = sum(work.chats * rounds[work] * len(names) for work in works)
    deafness = _deafness(database, options)
    chats += sum(work.chats * options.rounds for work in deafness)
    _say(f"The servers start, on {database} …")
    with running(database, names, chats, with_pairs=any(work.is_paired for work in works)) as stage:
        report.left_out += stage.left_out
        try:
            for work in works:
                report.add(work, _rounds(work, stage, rounds[work], options))
            if deafness:
                report.add_deafness(_by_turns(deafness, stage, options))
        except (Refused, RuntimeError, TimeoutError) as error:
            raise RuntimeError("\n".join([str(error), *stage.problems()])) from error
        report.problems += stage.problems()


def _rounds(work: Work, stage: Stage, rounds: int, options: argparse.Namespace) -> list[Sample]:
    samples = []
    for number in range(1, rounds + 1):
        for target in stage.paired if work.is_paired else stage.alone:
            _say(f"{work.key} {work.about}: {target.name}, round {number} …")
            gc.collect()
            samples.append(uvloop.run(measure(work, target, stage, options.warm_up, options.seconds)))
            _say(f"    {Figure.of(samples[-1:]).as_row()}")
    return samples


def _deafness(database: str, options: argparse.Namespace) -> list[Work]:
    """W6 is about our promise alone."""
    if "W6" not in options.work or "helpdesk" not in options.servers:
        return []
    senders = BESIDE_QUICKLY if options.quick else BESIDE
    return [beside(senders, database, is_deaf=is_deaf) for is_deaf in (False, True)]


def _by_turns(works: Sequence[Work], stage: Stage, options: argparse.Namespace) -> list[Sample]:
    ours = next(target for target in stage.alone if target.name == OURS)
    samples = []
    for number in range(1, options.rounds + 1):
        for work in works if number % 2 else reversed(works):  # what grows meanwhile slows both alike
            _say(f"{work.key} {work.about}: round {number} …")
            samples.append(uvloop.run(measure(work, ours, stage, options.warm_up, options.seconds)))
            _say(f"    {Figure.of(samples[-1:]).as_row()}")
    return samples


def _versions() -> dict[str, str]:
    python = {name: importlib.metadata.version(name) for name in ("uvicorn", "python-socketio")}
    node = BASE_DIR / "node_modules" / "socket.io" / "package.json"
    return {**python, "socket.io": json.loads(node.read_text())["version"] if node.exists() else "?"}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
