"""The commands of the processes that make up a running helpdesk; settings come from the environment."""

import sys

CELERY = [sys.executable, "-m", "celery", "-A", "helpdesk"]


def web_command(host: str, port: int, max_payload_bytes: int) -> list[str]:
    """Return the command of a web process.

    uvicorn's own limits and logs are chosen for our traffic: no compression, because a few bytes can inflate
    to megabytes; no access log, because Socket.IO session ids stand in query strings; no proxy headers,
    because here nothing stands in front and a client could name any address.
    """
    options = {
        "--host": host,
        "--port": str(port),
        "--loop": "uvloop",
        "--http": "httptools",
        "--ws": "websockets-sansio",
        "--ws-per-message-deflate": "false",
        # One Engine.IO packet type character stands before the payload.
        "--ws-max-size": str(max_payload_bytes + 1),
        "--lifespan": "off",
        "--timeout-graceful-shutdown": "5",
        "--log-level": "warning",
    }
    flags = ["--no-access-log", "--no-proxy-headers", "--no-server-header"]
    pairs = [part for option in options.items() for part in option]
    return [sys.executable, "-m", "uvicorn", "helpdesk.asgi:application", *pairs, *flags]


def worker_command() -> list[str]:
    """Return the command of a Celery worker; its chatter with other workers is off, nobody listens to it."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*CELERY, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "info", *quiet]


def beat_command() -> list[str]:
    """Return the command of Celery beat, with its schedule in memory: a tick every second needs no record."""
    return [*CELERY, "beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "info", "--pidfile="]
