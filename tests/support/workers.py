"""Celery in processes of its own, on the database and the Redis of this test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from helpdesk import services
from helpdesk.paths import VAR_DIR
from tests.support.servers import Process


class Celery:
    """Workers and beats, as many as a test wants."""

    def __init__(self) -> None:
        database = connection.settings_dict
        url = f"postgres://{database['USER']}@/{database['HOST']}/{database['NAME']}"
        if connection.vendor == "sqlite":
            url = f"sqlite:///{database['NAME']}"
        self._environment = {**os.environ, "DATABASE_URL": url}
        self._processes: list[Process] = []

    def worker(self) -> Process:
        """Start a worker."""
        return self._start("worker", services.worker_command())

    def beat(self) -> Process:
        """Start a beat."""
        return self._start("beat", services.beat_command())

    def _start(self, name: str, command: list[str]) -> Process:
        log = Path(VAR_DIR) / "log" / f"{name}-{len(self._processes)}.log"
        process = Process(command, self._environment, log)
        self._processes.append(process)
        return process

    def stop(self) -> None:
        """Stop everything."""
        for process in self._processes:
            process.process.terminate()
        for process in self._processes:
            process.stop()


@pytest.fixture
def celery(people: object) -> Iterator[Celery]:
    """Real workers and beats; they stop before the database is emptied."""
    celery = Celery()
    yield celery
    celery.stop()
