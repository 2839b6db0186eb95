"""`./desk bench assistant`: from the command line to the exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import uvloop

from bench.assistant.measure import Measurement, Size
from bench.assistant.model import local_model
from bench.assistant.report import Report
from bench.assistant.scene import make_scene
from bench.options import positive
from bench.replay.servers import Servers, ServersError, running_servers

ABOUT = "stream many answers at once, and see how late words come and what people's messages take"
EMBEDDED_WORDS_PER_SECOND = 60


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ends the program with what is wrong with it."""
    parser = argparse.ArgumentParser(prog="./desk bench assistant", description=ABOUT)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--chats", type=positive, default=100, metavar="N", help="answered at once (100)")
    parser.add_argument("--pairs", type=positive, default=10, metavar="N", help="of people who talk (10)")
    parser.add_argument(
        "--seconds", type=positive, default=20, metavar="N", help="that they talk in each part (20)"
    )
    parser.add_argument(
        "--rounds", type=positive, default=2, metavar="N", help="of alone, model, embedded (2)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Measure; return the exit status: 0 only when each answer came whole."""
    options = parse(arguments)
    size = Size(options.pairs, options.chats, options.seconds, options.rounds)
    try:
        with local_model() as model:
            settings = {
                "ASSISTANT_ENDPOINTS": model.url,
                "ASSISTANT_WORDS_PER_SECOND": str(EMBEDDED_WORDS_PER_SECOND),
            }
            with running_servers(options.database, 1, settings) as servers:
                report = measure(servers, model.url, size, options.database, model.pid)
                report.problems += [f"logged by a web process: {line}" for line in servers.logged_errors()]
    except (ServersError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print(report.as_json() if options.json else report.as_text())
    return 1 if report.problems else 0


def measure(
    servers: Servers, endpoint: str, size: Size, database: str, model_pid: int | None = None
) -> Report:
    """Let people talk by themselves, beside a language model's answers, and beside embedded ones."""
    report = Report(database, size.chats)
    scene = make_scene(
        servers.environment,
        endpoint,
        pairs=size.pairs,
        customers=size.chats * size.rounds,
        words=round(size.answer_seconds * EMBEDDED_WORDS_PER_SECOND),
    )
    uvloop.run(Measurement(servers, scene, size, model_pid, report).run())
    return report
