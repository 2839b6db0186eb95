"""Runs in a process with Django: makes the crowd, or takes chats out of its lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE_SECONDS = 1_800


def make_crowd(environment: Mapping[str, str], waiting: int, guests: int) -> dict[str, Any]:
    """Make an organization with so many waiting chats in the database of `environment`'s settings."""
    return _django(environment, "make", str(waiting), str(guests))


def take(
    environment: Mapping[str, str], crowd: Mapping[str, Any], takes: Sequence[tuple[str, str]], count: int
) -> Any:
    """Take chats, each time as `bench.queue.takers.TAKES` names it and from the queue named beside it.

    Returns for each time the milliseconds of each chat and the seconds of all.
    """
    named = [f"{name}:{crowd['queues'][queue]}" for name, queue in takes]
    return _django(environment, "take", crowd["organization"], str(count), *named)


def _django(environment: Mapping[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bench.queue.measure", *arguments],
        # Logs go to standard output too, which is for the answer here.
        env={**environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings", "LOG_LEVEL": "CRITICAL"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return json.loads(done.stdout)


def _main(command: str, *arguments: str) -> None:
    import django

    django.setup()
    if command == "make":
        from bench.queue.crowd import make

        json.dump(make(*map(int, arguments)), sys.stdout)
    else:
        from bench.queue.takers import fill_valkey, take_at_once

        organization_id, count, *takes = arguments
        taken = []
        for name, queue_id in (take.split(":") for take in takes):
            if name == "pop":
                fill_valkey(queue_id)
            taken.append(take_at_once(name, organization_id, queue_id, int(count)))
        json.dump(taken, sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
