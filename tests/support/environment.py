"""Gives a test run a directory of its own before Django reads its settings (loaded with `-p`)."""

import os
import tempfile
from pathlib import Path

# Short, since it holds unix sockets; with pytest-xdist every worker process comes here and gets its own.
VAR_DIR = Path(tempfile.mkdtemp(prefix="hd-test-"))

os.environ["VAR_DIR"] = str(VAR_DIR)
os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-0123456789-0123456789")
for outside in ("REDIS_URL", "STATIC_ROOT", "DEBUG", "HTTPS"):
    os.environ.pop(outside, None)
