"""The commands of the processes that make up a running helpdesk; settings come from the environment."""

import sys

CELERY = [sys.executable, "-m", "celery", "-A", "helpdesk"]


def web_command(*, prepare: bool = False, demo_data: bool = False) -> list[str]:
    """Return the command of a web process; with `prepare` it migrates the database before it listens."""
    flags = [*(["--prepare"] if prepare else []), *(["--demo-data"] if demo_data else [])]
    return [sys.executable, "-m", "helpdesk.web", *flags]


def worker_command() -> list[str]:
    """Return the command of a Celery worker; its chatter with other workers is off, nobody listens to it."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*CELERY, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "info", *quiet]


def beat_command() -> list[str]:
    """Return the command of Celery beat, with its schedule in memory: a tick every second needs no record."""
    return [*CELERY, "beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "info", "--pidfile="]
