"""`./desk up` starts everything, keeps it running, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from helpdesk.demo import DEMO_PASSWORD
from helpdesk.paths import BASE_DIR
from tests.support import prepared
from tests.support.servers import free_port
from tests.support.services import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("supervisor")]


class Supervisor:
    """A `./desk up` on a port and a directory of its own."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port
        self.output = directory / "output.txt"
        environment = {**os.environ, "VAR_DIR": str(directory), "PORT": str(port)}
        environment.pop("DATABASE_URL", None)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk.supervisor"],
                cwd=BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        """Return everything it printed so far."""
        return self.output.read_text()

    def wait_until_running(self) -> None:
        """Wait until it says that everything runs."""
        wait_until(lambda: self.process.poll() is not None or "is running" in self.said(), "the start", 120)
        assert self.process.poll() is None, self.said()

    def children(self) -> list[psutil.Process]:
        """Return all processes it started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> None:
        """Stop it, if it still runs."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@pytest.fixture
def directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="hd-up-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def prepared_database(directory) -> None:
    """A database with all tables, which take longer to make than everything else takes to start."""
    prepared.copy_sqlite(directory / "helpdesk.sqlite3")


@pytest.fixture
def supervisor(directory) -> Iterator[Supervisor]:
    started = Supervisor(directory, free_port())
    yield started
    if started.process.poll() is None:
        started.stop()


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def test_it_says_where_everything_is_restarts_what_dies_and_stops_on_ctrl_c(supervisor, directory):
    supervisor.wait_until_running()

    assert f"http://127.0.0.1:{supervisor.port}/admin/desk/" in supervisor.said()
    assert DEMO_PASSWORD in supervisor.said()
    assert "alice@example.com" in supervisor.said()
    children = supervisor.children()
    assert len(children) == 4, children
    assert stat.S_IMODE((directory / "helpdesk.sqlite3").stat().st_mode) == 0o600
    web = next(child for child in children if "helpdesk.web" in child.cmdline())

    # On one directory there is only one helpdesk.
    second = Supervisor(directory, free_port())
    assert second.process.wait(60) == 1
    assert f"already running on {directory} (process {supervisor.process.pid})" in supervisor.said()
    assert answers(supervisor.port)

    # What dies is started again, and said.
    web.kill()
    wait_until(lambda: "web stopped (by SIGKILL)" in supervisor.said(), "a word about it", 60)
    wait_until(lambda: answers(supervisor.port), "the new web process", 60)

    children = supervisor.children()
    supervisor.process.send_signal(signal.SIGINT)
    assert supervisor.process.wait(60) == 0
    assert not [child for child in children if is_alive(child)]
    assert "Traceback" not in supervisor.said()


def test_a_killed_supervisor_leaves_no_orphan(prepared_database, supervisor):
    supervisor.wait_until_running()
    children = supervisor.children()
    assert len(children) == 4, "need children for this test to mean anything"

    supervisor.process.kill()
    supervisor.process.wait()

    wait_until(lambda: not [child for child in children if is_alive(child)], "the end of all children", 10)


def test_a_supervisor_killed_while_it_starts_leaves_no_orphan(supervisor):
    wait_until(lambda: supervisor.process.poll() is not None or supervisor.children(), "the first child")
    children = supervisor.children()
    assert children, "need children for this test to mean anything"

    supervisor.process.kill()
    supervisor.process.wait()

    wait_until(lambda: not [child for child in children if is_alive(child)], "the end of all children", 10)


def test_a_port_that_is_taken_is_named_and_nothing_is_started(directory):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        supervisor = Supervisor(directory, port)

        assert supervisor.process.wait(60) == 1
    assert f"Port {port} on 127.0.0.1 is taken by another program" in supervisor.said()
    assert "Traceback" not in supervisor.said()
    assert not (directory / "log").exists()
