"""The real processes of a replay: Valkey, a database, and web processes as `./desk up` runs them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from helpdesk.embedded import MissingProgramError
from helpdesk.paths import redis_socket
from tests.support import prepared
from tests.support.servers import WebServer
from tests.support.services import MIGRATED, PostgreSQLServer, RedisServer

OUTSIDE = ("DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "ALLOWED_HOSTS", "STATIC_ROOT")
"""Settings of the caller's that are not for these servers; nor is any assistant's."""
TOKEN_SECONDS = 86_400
"""How long the players' tokens last: longer than a replay."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What runs; `environment` holds the settings that all of it shares."""

    environment: dict[str, str]
    web: list[WebServer]
    redis: RedisServer

    @property
    def urls(self) -> list[str]:
        """The addresses of the web processes."""
        return [web.url for web in self.web]

    def cpu_seconds(self) -> dict[str, float]:
        """How much processor time each process has used since its start."""
        processes = {f"web {number}": web.pid for number, web in enumerate(self.web, start=1)}
        used = {name: psutil.Process(pid).cpu_times() for name, pid in processes.items()}
        used["valkey"] = psutil.Process(self.redis.process.pid).cpu_times()
        return {name: times.user + times.system for name, times in used.items()}

    def logged_errors(self) -> list[str]:
        """What the web processes have logged as errors."""
        return [line for web in self.web for line in web.log_text().splitlines() if _is_error(line)]


class ServersError(Exception):
    """The servers do not start; the text says why."""


@contextmanager
def running_servers(
    database: str, processes: int, settings: Mapping[str, str] | None = None
) -> Iterator[Servers]:
    """Start everything, and stop and remove it at the end.

    `database` is "sqlite", "postgresql" (a private one for either) or the address of a running one,
    in which the replay's organization stays; `settings` are further ones. Raises `ServersError`.
    """
    with ExitStack() as stack:
        try:
            servers = _start(stack, database, processes, settings or {})
        except (RuntimeError, OSError, subprocess.CalledProcessError, MissingProgramError) as error:
            raise ServersError(f"The servers do not start: {error}") from error
        yield servers


def _start(stack: ExitStack, database: str, processes: int, settings: Mapping[str, str]) -> Servers:
    directory = Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="hd-", ignore_cleanup_errors=True))
    )
    environment = {**os.environ, "VAR_DIR": str(directory), "ACCESS_TOKEN_SECONDS": str(TOKEN_SECONDS)}
    for outside in list(environment):
        if outside in OUTSIDE or outside.startswith("ASSISTANT_"):
            del environment[outside]
    environment |= settings
    if database == "postgresql":
        server = PostgreSQLServer()
        stack.callback(server.stop)
        environment["DATABASE_URL"] = server.create_database("replay", MIGRATED)
    elif database == "sqlite":
        prepared.copy_sqlite(directory / "helpdesk.sqlite3")
    else:
        environment["DATABASE_URL"] = database
    redis = RedisServer(redis_socket(directory))
    stack.callback(redis.stop)
    web: list[WebServer] = []
    for number in range(1, processes + 1):
        # The first one makes the tables, so it must answer before the next one starts.
        web.append(WebServer(environment, directory / f"web-{number}.log", prepare=number == 1))
        stack.callback(web[-1].stop)
    return Servers(environment, web, redis)


def _is_error(line: str) -> bool:
    try:
        return json.loads(line).get("level") in ("error", "critical")
    except (ValueError, AttributeError):
        return "Traceback" in line
