"""Runs in a process with Django: makes the crowd, or takes chats out of its lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

PATIENCE_SECONDS = 1_800


def make_crowd(environment: Mapping[str, str], waiting: int, guests: int) -> dict[str, Any]:
    """Make an organization with so many waiting chats in the database of `environment`'s settings."""
    return _django(environment, "make", str(waiting), str(guests))


def take(environment: Mapping[str, str], crowd: Mapping[str, Any], name: str, queue: str, count: int) -> Any:
    """Take chats as `bench.queue.takers.TAKES` names it; the milliseconds of each and the seconds of all."""
    return _django(environment, "take", name, crowd["organization"], crowd["queues"][queue], str(count))


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

        name, organization_id, queue_id, count = arguments
        if name == "pop":
            fill_valkey(queue_id)
        json.dump(take_at_once(name, organization_id, queue_id, int(count)), sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
