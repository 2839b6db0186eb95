"""Databases with every table and nothing in them, made once and then copied: to migrate one takes seconds."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from helpdesk.paths import BASE_DIR

KEPT = BASE_DIR / "var" / "prepared"
MADE_OF = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "helpdesk/settings.py",
    "helpdesk/sqlite/*.py",
    "requirements.txt",
    "tests/support/prepared.py",
)
"""What is in a migrated database comes from these files; what they miss, `migrate` adds to the copy."""


def copy_sqlite(to: Path) -> None:
    """Copy a migrated SQLite database to a file."""
    with _prepared("sqlite3", _make_sqlite) as database:
        shutil.copyfile(database, to)


def copy_cluster(to: Path, make: Callable[[Path], None]) -> None:
    """Copy a PostgreSQL cluster in which there is a migrated database, once `make` has made it."""
    with _prepared("postgresql", make) as cluster:
        subprocess.run(["cp", "-a", cluster, to], check=True)


def migrate(database_url: str) -> None:
    """Make all tables, as a new helpdesk does."""
    with tempfile.TemporaryDirectory(prefix="hd-") as directory:
        environment = {**os.environ, "VAR_DIR": directory, "DATABASE_URL": database_url}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"]
        subprocess.run(command, cwd=BASE_DIR, env=environment, check=True)


def _make_sqlite(file: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="hd-") as directory:
        migrate(f"sqlite:///{directory}/made")
        shutil.move(f"{directory}/made", file)


@contextmanager
def _prepared(kind: str, make: Callable[[Path], None]) -> Iterator[Path]:
    """Hold what `make` has made, now or an earlier time from the same files; nobody removes it meanwhile."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{_stamp()}.{kind}"
    with (KEPT / f"{kind}.lock").open("w") as lock:
        # Several test processes may come here at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in KEPT.glob(f"*.{kind}*"):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            draft = KEPT / f"draft.{kind}"
            make(draft)
            draft.rename(kept)
        yield kept


def _stamp() -> str:
    digest = hashlib.sha256(f"{sys.version} {django.__version__}".encode())
    for pattern in MADE_OF:
        for file in sorted(BASE_DIR.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
