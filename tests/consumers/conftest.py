"""The test application under the servers it has to run under, each in a process of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support.socketio_clients import Polling, http_client

SERVERS = {"uvicorn", "daphne", "server", "patient", "strict", "limited"}
START_SECONDS = 60.0
# Heartbeats that a busy machine does not miss, and nothing that has to be waited for long.
OPTIONS = ["--ping-timeout", "1", "--upgrade-timeout", "1", "--attachment-timeout", "1"]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups, or it ignores them
def pytest_collection_modifyitems(items):
    """One test process runs all tests that share servers: to start these takes longer than most tests."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here / "processes"):
            item.add_marker(pytest.mark.xdist_group("gateway-processes"))
        elif item.path.is_relative_to(here) and SERVERS.intersection(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group("gateway"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server process; `socketio` and `engineio` are the addresses of its endpoints."""

    def __init__(self, *options):
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.socketio = f"{self.origin}/socket.io/"
        self.engineio = f"{self.origin}/engine.io/"
        # A pipe that nobody reads would stop the server.
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `stop`
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.socketio_server", "--port", str(self.port), *options],
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.stop()}")

    def said(self):
        """Everything it has printed so far; read without moving the place where it prints."""
        return os.pread(self.output.fileno(), 100_000_000, 0).decode()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with self.output:
            return self.said()


def running(*options):
    server = Server(*OPTIONS, *options).wait_until_ready()
    try:
        yield server
    finally:
        output = server.stop()
    # The one handler that fails on purpose says so in its message.
    assert output.count("Traceback") == output.count("RuntimeError: a handler that fails"), output


@pytest.fixture(scope="session")
def uvicorn():
    yield from running()


@pytest.fixture(scope="session")
def daphne():
    yield from running("--server", "daphne")


@pytest.fixture(scope="session")
def patient():
    """A server that does not ask whether its clients are there for as long as a test lasts."""
    yield from running("--ping-interval", "60")


@pytest.fixture(scope="session", params=["uvicorn", "daphne"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
async def http():
    async with http_client() as client:
        yield client


@pytest.fixture
async def polling(http, server):
    return await Polling(http, server.socketio).open()


@pytest.fixture(autouse=True)
async def nothing_lasts_for_ever():
    async with asyncio.timeout(30):
        yield
