"""Gives a test run a directory of its own before Django reads its settings (loaded with `-p`)."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

# Short, since it holds unix sockets. With pytest-xdist every worker process comes here and gets its own.
VAR_DIR = Path(tempfile.mkdtemp(prefix="hd-"))

os.environ["VAR_DIR"] = str(VAR_DIR)
os.environ["SECRET_KEY"] = "a-key-for-tests-only-0123456789-0123456789"
# All clients of the tests have one address; what limits do, tests of the limits show.
for limit in ("WIDGET_REQUESTS", "WIDGET_TOKENS", "SIGN_INS", "SEARCHES", "UPLOADS"):
    os.environ[f"{limit}_PER_MINUTE"] = "0"
for limit in ("TICKETS", "TRANSCRIPT_MAILS"):
    os.environ[f"{limit}_PER_HOUR"] = "0"
for outside in (
    "REDIS_URL",
    "STATIC_ROOT",
    "DEBUG",
    "HTTPS",
    "ALLOWED_HOSTS",
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "MEDIA_S3_BUCKET",
    "ASSISTANT_BASE_URL",
):
    os.environ.pop(outside, None)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over three thousand tests and what they import, as web processes do."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(VAR_DIR, ignore_errors=True)
