"""`./desk up`: starts Redis, web, worker and beat, says where everything is, and keeps them running."""

import fcntl
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, NoReturn

from helpdesk import embedded, paths, processes, services
from helpdesk.demo import DEMO_PASSWORD, DEMO_PEOPLE

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
STABLE_SECONDS = 60
"""A child that ran this long before it stopped is started again at once, as if it had never stopped."""
LONGEST_PAUSE_SECONDS = 30
START_SECONDS = 1800
"""How long a service may take before its start counts as failed; migrating a large database takes time."""
STOP_PATIENCE_SECONDS = float(os.environ.get("SHUTDOWN_SECONDS") or 10) + 5
"""How long a child may take to stop until it is killed."""


class StartError(Exception):
    """The helpdesk cannot start; the text says why and what to do."""


class StopRequestedError(Exception):
    """Ctrl-C or a stop signal came."""


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


class Service:
    """One of the processes, started again whenever it stops, with growing pauses."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.failures = 0
        self.start_at: float | None = None
        self.start()

    def start(self) -> None:
        """Start the process."""
        self.start_at = None
        self.started = time.monotonic()
        self.process = processes.spawn(self.command, self.log)

    def watch(self) -> float | None:
        """Start the process again where due; return in how many seconds to look again, None when it runs."""
        if self.start_at is None and self.process.poll() is not None:
            if time.monotonic() - self.started > STABLE_SECONDS:
                self.failures = 0
            pause = min(0.5 * 2**self.failures, LONGEST_PAUSE_SECONDS) if self.failures else 0.0
            self.failures += 1
            self.start_at = time.monotonic() + pause
            say(f"{self.name} stopped ({how_it_ended(self.process)}); starting it again in {pause:g} s")
            if last := processes.last_lines(self.log, 3):
                say(f"  its last words, from {self.log}:\n  " + last.replace("\n", "\n  "))
        if self.start_at is None:
            return None
        if time.monotonic() >= self.start_at:
            self.start()
            return None
        return self.start_at - time.monotonic()


def how_it_ended(process: subprocess.Popen[bytes]) -> str:
    """Say how a finished process ended, in words."""
    code = process.returncode
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


class Supervisor:
    """Everything that runs, from the first check to the last process stopped."""

    def __init__(self) -> None:
        self.var_dir = paths.VAR_DIR
        self.log_dir = self.var_dir / "log"
        self.is_demo = not os.environ.get("DATABASE_URL")
        self.services: list[Service] = []
        # Everything kept here is people's conversations and the keys to them.
        os.umask(0o077)
        # Blocked, they wait until asked for: no handler runs in the middle of starting or stopping something.
        signal.pthread_sigmask(signal.SIG_BLOCK, {*STOP_SIGNALS, signal.SIGCHLD})

    def run(self) -> None:
        """Start, then watch until told to stop.

        Raises:
            StartError: something is in the way.
        """
        with self.claim_var_dir():
            try:
                self.start()
                self.watch()
            except StopRequestedError:
                say("Stopping …")
            finally:
                self.stop()

    def claim_var_dir(self) -> IO[str]:
        """Make sure that no other helpdesk runs on the same directory, for as long as the file is open."""
        run_dir = self.var_dir / "run"
        run_dir.mkdir(parents=True, exist_ok=True)
        lock = (run_dir / "supervisor.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartError(
                f"A helpdesk is already running on {self.var_dir} (process {lock.read() or 'unknown'}). "
                "Stop it, or choose another directory with VAR_DIR and another port with PORT."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def start(self) -> None:
        """Start everything and say where it is."""
        began = time.monotonic()
        self.check_port()
        if not os.environ.get("REDIS_URL"):
            socket_path = paths.redis_socket(self.var_dir)
            self.add("redis", embedded.redis_command(socket_path, self.var_dir / "redis"))
            self.wait_for("redis", lambda: embedded.redis_answers(socket_path))
        web = self.add("web", services.web_command(prepare=True, demo_data=self.is_demo))
        self.build_widget()
        self.wait_for("web", self.web_answers)
        web.command = services.web_command()
        # Only now is the database as they expect it.
        self.add("worker", services.worker_command())
        self.add("beat", services.beat_command())
        self.say_where(time.monotonic() - began)

    def check_port(self) -> None:
        """Refuse to start on a port that another program has."""
        host, port = paths.HOST, paths.PORT
        try:
            taken = processes.port_is_taken(host, port)
        except OSError as error:
            raise StartError(f"Nothing can listen on {host}:{port}: {error.strerror or error}.") from None
        if taken:
            raise StartError(
                f"Port {port} on {host} is taken by another program. Choose one: PORT=8001 ./desk up"
            )

    def build_widget(self) -> None:
        """Bundle the widget; one that does not build stops nothing but itself."""
        try:
            embedded.bundle_widget(paths.WIDGET_ENTRY, paths.WIDGET_BUNDLE)
        except embedded.MissingProgramError as error:
            raise StartError(str(error)) from None
        except subprocess.CalledProcessError as error:
            say(f"The widget does not build, so /widget.js is not up to date:\n{error.stderr}")

    def add(self, name: str, command: Sequence[str | Path]) -> Service:
        """Start a service, whose log begins anew, and watch over it from now on."""
        log = self.log_dir / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        service = Service(name, command, log)
        self.services.append(service)
        return service

    def wait_for(self, name: str, answers: Callable[[], bool]) -> None:
        """Wait until the service answers; when it stops instead, say what it said."""
        service = next(service for service in self.services if service.name == name)
        self.wait_until(lambda: service.process.poll() is not None or answers(), START_SECONDS)
        if service.process.poll() is not None or not answers():
            raise StartError(f"{name} does not start. Its last words:\n{processes.last_lines(service.log)}")

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for `condition`, at most `seconds`.

        Raises:
            StopRequestedError: a stop signal came first.
        """
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            self.sleep(0.03)

    def sleep(self, seconds: float | None) -> None:
        """Sleep `seconds` (None: for ever) or until a child stops.

        Raises:
            StopRequestedError: a stop signal came.
        """
        wanted = {*STOP_SIGNALS, signal.SIGCHLD}
        if seconds is None:
            received: int | None = signal.sigwait(wanted)
        else:
            info = signal.sigtimedwait(wanted, seconds)
            received = info.si_signo if info else None
        if received in STOP_SIGNALS:
            raise StopRequestedError

    def web_answers(self) -> bool:
        """Tell whether the web process answers at all."""
        wildcard = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not listened on
        host = wildcard.get(paths.HOST, paths.HOST)
        connection = http.client.HTTPConnection(host, paths.PORT, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def say_where(self, seconds: float) -> None:
        """Print the addresses and how to sign in."""
        host = f"[{paths.HOST}]" if ":" in paths.HOST else paths.HOST
        base = f"http://{host}:{paths.PORT}"
        say(f"\nThe helpdesk is running (started in {seconds:.1f} s).\n")
        places = {"Desk": "/admin/desk/", "Admin": "/admin/", "REST": "/api/v1/schema/browse/"}
        if self.is_demo:
            places = {"Demo shop, with the widget": "/", **places}
        for name, path in places.items():
            say(f"  {name:28}{base}{path}")
        if self.is_demo:
            say(f"\n  In a new database these people sign in with the password {DEMO_PASSWORD}:")
            for email, role, *_ in DEMO_PEOPLE:
                say(f"  {role:28}{email}")
        say(f"\n  Logs are in {self.log_dir}. Ctrl-C stops everything.\n")

    def watch(self) -> NoReturn:
        """Start again whatever stops, until a stop signal ends it."""
        while True:
            pauses = [pause for service in self.services if (pause := service.watch()) is not None]
            self.sleep(min(pauses) if pauses else None)

    def stop(self) -> None:
        """Stop all processes: those that use a service before the service."""
        for service in reversed(self.services):
            if service.process.poll() is None:
                service.process.terminate()
            if service.name in ("web", "redis"):
                # Everything after it in the list is told by now, and stops at the same time as it does.
                self.wait_stopped(self.services[self.services.index(service) :])

    @staticmethod
    def wait_stopped(services_to_stop: Iterable[Service]) -> None:
        """Wait until these have stopped, and kill the ones that do not."""
        for service in services_to_stop:
            processes.stop(service.process, STOP_PATIENCE_SECONDS)


def main() -> int:
    """Run the helpdesk; return the exit code."""
    try:
        Supervisor().run()
    except StartError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
