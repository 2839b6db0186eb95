"""`./desk bench replay`: from the command line to the exit status."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
import uvloop

from bench.options import positive
from bench.replay.dialogues import Dialogue, DialoguesError, read_dialogues
from bench.replay.people import People, make_people, stored_lines
from bench.replay.proof import Line, differences
from bench.replay.report import Progress, Report, percentile
from bench.replay.servers import Servers, ServersError, running_servers
from bench.replay.stage import CHATS_OF_AN_AGENT, Performance, Stage

REPOSITORY = Path(__file__).resolve().parents[2]
DIALOGUES = REPOSITORY.parent / "shared" / "data" / "dialogues.jsonl.gz"
PRIVATE_DATABASES = ("sqlite", "postgresql")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ends the program with what is wrong with it."""
    parser = argparse.ArgumentParser(prog="./desk bench replay", description=__doc__)
    parser.add_argument(
        "--dialogues", type=Path, default=DIALOGUES, metavar="PATH", help="JSON lines, may be .gz"
    )
    parser.add_argument("--count", type=positive, metavar="N", help="play the first N dialogues, not all")
    parser.add_argument("--concurrency", type=positive, default=100, metavar="N", help="at once (100)")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1, help="web processes (1)")
    parser.add_argument(
        "--database",
        type=_database,
        default="sqlite",
        help="sqlite (default), postgresql, or a postgres:// address",
    )
    parser.add_argument(
        "--turn-pause", type=_seconds, default=0.0, metavar="SECONDS", help="pause before each next turn (0)"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 60:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 60, not {text!r}")
    return seconds


def _database(text: str) -> str:
    if text in PRIVATE_DATABASES or text.startswith(("postgres://", "postgresql://")):
        return text
    raise argparse.ArgumentTypeError(f"must be sqlite, postgresql or a postgres:// address, not {text!r}")


def main(arguments: Sequence[str]) -> int:
    """Run a replay; return the exit status: 0 only when everything was proved."""
    options = parse(arguments)
    try:
        dialogues = read_dialogues(options.dialogues, options.count)
        with running_servers(options.database, options.processes) as servers:
            report = replay(dialogues, servers, options)
    except DialoguesError as error:
        print(error, file=sys.stderr)
        return 2
    except ServersError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print(report.as_json() if options.json else report.as_text())
    return 1 if report.problems else 0


def replay(dialogues: Sequence[Dialogue], servers: Servers, options: argparse.Namespace) -> Report:
    """Play the dialogues on these servers, compare all copies, and say how it went."""
    concurrency = min(options.concurrency, len(dialogues))
    people = make_people(
        servers.environment, customers=len(dialogues), agents=math.ceil(concurrency / CHATS_OF_AN_AGENT)
    )
    performances, seconds, cpu = uvloop.run(
        _perform(dialogues, servers, people, concurrency, options.turn_pause)
    )
    latencies = [latency * 1000 for performance in performances for latency in performance.latencies]
    return Report(
        # An address may hold a password.
        database=options.database if options.database in PRIVATE_DATABASES else "the PostgreSQL given",
        processes=options.processes,
        concurrency=concurrency,
        dialogues=len(dialogues),
        messages=len(latencies),
        seconds=seconds,
        messages_per_second=len(latencies) / seconds,
        delivered_p50_ms=percentile(latencies, 50),
        delivered_p99_ms=percentile(latencies, 99),
        cpu=cpu,
        problems=[
            *problems_of(performances, stored_lines(servers.environment, people.organization_id)),
            *(f"logged by a web process: {line}" for line in servers.logged_errors()),
        ],
    )


async def _perform(
    dialogues: Sequence[Dialogue], servers: Servers, people: People, concurrency: int, turn_pause: float
) -> tuple[list[Performance], float, dict[str, float]]:
    """Play, then read the histories; return also how long playing took and which shares of a core it used."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        stage = Stage(http, servers.urls, people, turn_pause)
        before, began = _cpu_seconds(servers), time.perf_counter()
        performances = await stage.play_all(
            dialogues, concurrency, Progress("Playing", len(dialogues)).advance
        )
        seconds = time.perf_counter() - began
        cpu = {name: (used - before[name]) / seconds for name, used in _cpu_seconds(servers).items()}
        await stage.read_histories(
            performances, concurrency, Progress("Reading histories", len(dialogues)).advance
        )
    return performances, seconds, cpu


def _cpu_seconds(servers: Servers) -> dict[str, float]:
    return {**servers.cpu_seconds(), "players": time.process_time()}


def problems_of(performances: Sequence[Performance], stored: Mapping[str, Sequence[Line]]) -> list[str]:
    """Name what went wrong while a dialogue was played or, where it came to its end, in its copies."""
    problems: list[str] = []
    for performance in performances:
        dialogue, lines = performance.dialogue, stored.get(performance.customer.conversation_id, [])
        copies = {
            "the database": lines,
            "the REST history": performance.history,
            "the customer's transcript": performance.customer.transcript.lines,
            "the agent's transcript": performance.agent_lines,
        }
        spoken = sum(line.speaker != "system" for line in lines)
        broken_off = [
            f"{problem} ({spoken} of {len(dialogue.turns)} turns are stored)"
            for problem in performance.problems
        ]
        found = broken_off or differences(dialogue.turns, copies)
        problems += [f"dialogue {dialogue.id}: {problem}" for problem in found]
    unplayed = stored.keys() - {performance.customer.conversation_id for performance in performances}
    return problems + [f"conversation {key} is in the database, but nobody started it" for key in unplayed]
