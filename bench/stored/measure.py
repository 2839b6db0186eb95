"""Runs in a process with Django: fills the database where it is not there yet, then measures."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

from bench.options import positive
from bench.replay.dialogues import DialoguesError, read_dialogues
from bench.stored.report import Report

MADE_UP_TURNS = 40_000
MADE_UP_WORDS = 5_000


def main(arguments: Sequence[str]) -> int:
    """Do what `bench.stored.command` passes on; return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=("seed", "search", "lists"))
    for option in ("--conversations", "--messages", "--requests"):
        parser.add_argument(option, type=positive)
    parser.add_argument("--dialogues", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    import django

    try:
        _refuse_another_database(options)
        django.setup()
        turns = _turns(options.dialogues)
        _seed_once(options, turns)
    except (DialoguesError, OtherDatabaseError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.name != "seed":
        report = _measure(options, turns)
        print(report.as_json() if options.json else report.as_text())
    return 0


class OtherDatabaseError(Exception):
    """There is a database already, and it is another than the one asked for."""


def _refuse_another_database(options: argparse.Namespace) -> None:
    mark = _mark()
    if mark.exists() and json.loads(mark.read_text()) != _wanted(options):
        raise OtherDatabaseError(
            f"{mark.parent} holds another database ({mark.read_text()}). --fresh makes it anew."
        )


def _mark() -> Path:
    """The file that says which database is filled."""
    return Path(os.environ["VAR_DIR"]) / "seeded.json"


def _wanted(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "conversations": options.conversations,
        "messages": options.messages,
        "dialogues": str(options.dialogues),
    }


def _seed_once(options: argparse.Namespace, turns: Sequence[str]) -> None:
    from django.core.management import call_command

    from bench.stored.seed import seed

    if _mark().exists():
        call_command("migrate", verbosity=0)
        return
    began = time.perf_counter()
    with _fast_sqlite():
        seed(options.conversations, options.messages, turns)
    print(f"Filled in {time.perf_counter() - began:.0f} s.", file=sys.stderr)
    _mark().write_text(json.dumps(_wanted(options)))


@contextmanager
def _fast_sqlite() -> Iterator[None]:
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
    yield
    connection.close()


def _turns(dialogues: Path | None) -> list[str]:
    if dialogues is not None:
        return [turn.text for dialogue in read_dialogues(dialogues) for turn in dialogue.turns]
    dice = random.Random(7)
    letters = "aeioubcdfglmnprst"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(MADE_UP_WORDS)]
    # The n-th word comes about 1/n times as often as the first, as in languages (Zipf).
    weights = list(accumulate(1 / rank for rank in range(1, MADE_UP_WORDS + 1)))
    return [
        " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(3, 20)))
        for _ in range(MADE_UP_TURNS)
    ]


def _measure(options: argparse.Namespace, turns: Sequence[str]) -> Report:
    from bench.stored import lists, search
    from bench.stored.callers import find_callers, run

    callers = find_callers()
    cases = (
        search.cases(callers, turns, options.requests)
        if options.name == "search"
        else lists.cases(callers, options.requests)
    )
    return run(options.name, cases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
