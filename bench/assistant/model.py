"""The language model of the measurement: the tests' own OpenAI-compatible server, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Where it listens, and its process."""

    url: str
    pid: int


@contextmanager
def local_model() -> Iterator[LocalModel]:
    """Run it as long as the context lasts. Raises `RuntimeError` when it does not start."""
    command = [sys.executable, "-m", "tests.support.openai_server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            name, _, url = process.stdout.readline().strip().partition("=")
            if name != "ASSISTANT_BASE_URL":
                raise RuntimeError("The language model of the measurement does not start.")
            yield LocalModel(url, process.pid)
        finally:
            process.terminate()
