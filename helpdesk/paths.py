"""Where this helpdesk is: its directories, its address, its secret key and its Redis socket."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path


def port_number(text: str) -> int:
    """Return the TCP port that `text` names, or end the program saying what a port is."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SystemExit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute()
HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = port_number(os.environ.get("PORT") or "8000")
WIDGET_ENTRY = BASE_DIR / "static" / "widget" / "widget.js"
WIDGET_BUNDLE = VAR_DIR / "build" / "widget.js"

LONGEST_SOCKET_PATH = 99
"""Characters; the kernel refuses socket paths of 108 and more (unix(7)), and a server appends to the name."""


def own_url() -> str:
    """Return the address at which a browser on this machine finds the web process."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(HOST, HOST)  # noqa: S104 nothing listens here
    return f"http://[{host}]:{PORT}" if ":" in host else f"http://{host}:{PORT}"


def private_directory(directory: Path) -> Path:
    """Make `directory` so that only this user may enter it, and return it.

    Raises:
        PermissionError: it exists and belongs to someone else, who could read or replace what is in it.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = directory.lstat()
    if directory.is_symlink() or owner.st_uid != os.geteuid():
        raise PermissionError(
            f"{directory} must be a directory of user {os.geteuid()}, not of {owner.st_uid}"
        )
    directory.chmod(0o700)
    return directory


def redis_socket(var_dir: Path) -> Path:
    """Return the socket path of the embedded Redis server that belongs to `var_dir`, always the same one.

    A `var_dir` too deep for a socket path gets a directory of its own under the system's temporary one.
    """
    inside = var_dir / "run" / "redis.sock"
    if len(str(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.sha256(str(var_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"helpdesk-{os.geteuid()}-{name}" / "redis.sock"


def read_or_make_secret_key(file: Path) -> str:
    """Return the secret key kept in `file` (mode 600), made the first time."""
    try:
        return file.read_text()
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        # A link either makes the whole file or fails: of several processes starting at once, one key wins.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    return file.read_text()


def celery_url(redis_url: str) -> str:
    """Return `redis_url` in the form Celery reads, which names a unix socket its own way."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    database = dict(part.partition("=")[::2] for part in query.split("&")).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"
