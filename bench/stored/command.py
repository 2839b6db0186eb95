"""`./desk bench seed|search|lists`: starts the servers, then measures in a process with Django."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench.options import positive
from helpdesk.paths import redis_socket
from tests.support.services import PostgreSQLServer, RedisServer

REPOSITORY = Path(__file__).resolve().parents[2]
ABOUT = {
    "seed": "fill a database with conversations",
    "search": "search a full database as customers and agents do",
    "lists": "list conversations and messages of a full database",
}


def parse(name: str, arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ends the program with what is wrong with it."""
    parser = argparse.ArgumentParser(prog=f"./desk bench {name}", description=ABOUT[name])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--conversations", type=positive, default=200_000, metavar="N", help="200,000")
    parser.add_argument("--messages", type=positive, default=2_000_000, metavar="N", help="2,000,000")
    parser.add_argument(
        "--dialogues", type=Path, metavar="PATH", help="JSON lines, may be .gz; without: made-up words"
    )
    parser.add_argument("--requests", type=positive, default=200, metavar="N", help="of each kind (200)")
    parser.add_argument("--directory", type=Path, metavar="PATH", help="of the database (var/bench-…)")
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    parser.add_argument("--remove", action="store_true", help="remove the database afterwards")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    if options.messages < 10 * options.conversations:
        parser.error("--messages must be at least 10 times --conversations")
    options.directory = (options.directory or REPOSITORY / "var" / f"bench-{options.database}").absolute()
    return options


def run(name: str, arguments: Sequence[str]) -> int:
    """Measure; return the exit status."""
    options = parse(name, arguments)
    if options.fresh:
        shutil.rmtree(options.directory, ignore_errors=True)
    try:
        with running_services(options.database, options.directory) as environment:
            return subprocess.run(
                [sys.executable, "-m", "bench.stored.measure", name, *_passed_on(options)], env=environment
            ).returncode
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    finally:
        if options.remove:
            shutil.rmtree(options.directory, ignore_errors=True)


seed = partial(run, "seed")
search = partial(run, "search")
lists = partial(run, "lists")


def _passed_on(options: argparse.Namespace) -> list[str]:
    named = [f"--conversations={options.conversations}", f"--messages={options.messages}"]
    if options.dialogues:
        named.append(f"--dialogues={options.dialogues.absolute()}")
    return [*named, f"--requests={options.requests}", *(["--json"] if options.json else [])]


@contextmanager
def running_services(database: str, directory: Path) -> Iterator[dict[str, str]]:
    """Start Valkey, and PostgreSQL where wanted, on what is in `directory`; yield their environment."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        environment = {
            **os.environ,
            "VAR_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "ACCESS_TOKEN_SECONDS": "86400",
            "LOG_LEVEL": "CRITICAL",
            "SEARCHES_PER_MINUTE": "0",
        }
        for outside in ("DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "ALLOWED_HOSTS", "STATIC_ROOT"):
            environment.pop(outside, None)
        if database == "postgresql":
            server = PostgreSQLServer(directory / "postgresql")
            stack.callback(server.stop)
            environment["DATABASE_URL"] = server.create_database_once("bench")
        redis = RedisServer(redis_socket(directory))
        stack.callback(redis.stop)
        yield environment
