"""Child processes that die with their parent, whatever it dies of, and ports that are free or taken."""

import ctypes
import errno
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent: int) -> Callable[[], None]:
    """Return what a new child runs first: from then on the kernel kills it when `parent` is gone."""

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the line above; then no signal will ever come.
        if os.getppid() != parent:
            os._exit(1)
        # The supervisor waits for signals blocked; a child must not inherit that.
        signal.pthread_sigmask(signal.SIG_SETMASK, set())

    return prepare


def spawn(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
    prepare: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` with its output appended to the file `log`.

    It gets a session of its own, so Ctrl-C at the terminal reaches the supervisor only, and it dies with
    this process. `prepare` runs in the child before the command does.

    Raises:
        RuntimeError: called in another thread than the main one, whose end would kill the child already.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("a child dies with the thread that started it: start it in the main thread")
    survive_nobody = die_with(os.getpid())

    def before() -> None:
        if prepare is not None:
            prepare()
        survive_nobody()

    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
            preexec_fn=before,
        )


def stop(process: subprocess.Popen[bytes], patience_seconds: float = 15) -> None:
    """Ask `process` to stop, and kill it when it has not after `patience_seconds`."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def port_is_taken(host: str, port: int) -> bool:
    """Tell whether another program listens on `host` and `port`.

    Raises:
        OSError: nobody can listen there: no such address, or no right to.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False


def last_lines(log: Path, count: int = 15) -> str:
    """Return the last `count` lines of `log`, where a process said why it stopped."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
