"""A whole helpdesk in processes of its own, started as `./desk up` starts it."""

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpdesk import embedded, processes, services
from helpdesk.paths import WIDGET_ENTRY, redis_socket
from tests.support import prepared
from tests.support.services import RedisServer, wait_until

START_SECONDS = 90


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A process of the helpdesk, with its log."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.command = command
        self.environment = dict(environment)
        self.log = log
        self.start()

    def start(self) -> None:
        """Start it, and wait where there is something to wait for."""
        self.spawn()

    def spawn(self) -> None:
        """Start it, also again after it was killed, and do not wait."""
        self.process: subprocess.Popen[bytes] = processes.spawn(self.command, self.log, self.environment)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let it do nothing, as a machine does that has too much to do."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        processes.stop(self.process)

    def log_text(self) -> str:
        """Return everything it has said so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class WebServer(Process):
    """A web process on a port of its own."""

    def __init__(
        self, environment: Mapping[str, str], log: Path, *, prepare: bool = False, demo_data: bool = False
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = services.web_command(prepare=prepare, demo_data=demo_data)
        super().__init__(command, {**environment, "HOST": "127.0.0.1", "PORT": str(self.port)}, log)

    def start(self) -> None:
        """Start it and wait until it answers."""
        super().start()
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """Wait for `/healthz`.

        Raises:
            RuntimeError: the process stopped or is silent; the text holds the end of its log.
        """
        try:
            wait_until(lambda: self.process.poll() is not None or self.answers(), "/healthz", START_SECONDS)
            if self.process.poll() is not None:
                raise TimeoutError("the web process stopped")
        except TimeoutError as error:
            self.stop()
            raise RuntimeError(f"{error}:\n{processes.last_lines(self.log, 40)}") from None

    def answers(self) -> bool:
        """Tell whether it answers."""
        try:
            return self.get_json("/healthz")["status"] == "ok"
        except OSError:
            return False

    def get_json(self, path: str) -> Any:
        """Return what a GET of `path` answers, whatever its status."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)


class RunningHelpdesk:
    """Redis, web, worker and beat on a database with the demo data, all in one directory."""

    def __init__(
        self, directory: Path, database_url: str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start everything; `database_url` None means SQLite, `environment` adds settings."""
        self.directory = directory
        self.redis = RedisServer(redis_socket(directory))
        embedded.bundle_widget(WIDGET_ENTRY, directory / "build" / "widget.js")
        self.environment = {**os.environ, "VAR_DIR": str(directory), **(environment or {})}
        self.environment.pop("DATABASE_URL", None)
        if database_url is not None:
            self.environment["DATABASE_URL"] = database_url
        else:
            prepared.copy_sqlite(directory / "helpdesk.sqlite3")
        self.database_url = database_url or f"sqlite:///{directory}/helpdesk.sqlite3"
        self.processes: list[Process] = []
        try:
            self.web = self.add_web(prepare=True)
            self.worker = self.add("worker", services.worker_command())
            self.beat = self.add("beat", services.beat_command())
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """The address of its first web process."""
        return self.web.url

    def add(self, name: str, command: Sequence[str]) -> Process:
        """Start one more process."""
        process = Process(command, self.environment, self.directory / "log" / f"{name}.log")
        self.processes.append(process)
        return process

    def add_web(self, *, prepare: bool = False) -> WebServer:
        """Start one more web process and wait until it answers; `prepare` migrates and makes demo data."""
        log = self.directory / "log" / f"web-{len(self.processes)}.log"
        web = WebServer(self.environment, log, prepare=prepare, demo_data=prepare)
        self.processes.append(web)
        return web

    def wait_until_ready(self) -> None:
        """Wait until `/readyz` says that database, Redis and worker are reachable."""
        wait_until(lambda: self.web.get_json("/readyz")["status"] == "ok", "/readyz", START_SECONDS)

    def stop(self) -> None:
        """Stop everything, those that use a service before the service."""
        for process in reversed(self.processes):
            process.process.terminate()
        for process in reversed(self.processes):
            process.stop()
        self.redis.stop()
