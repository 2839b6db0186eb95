"""Two processes of one gateway, which share a Redis."""

import asyncio
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.consumers.conftest import OPTIONS, Server
from tests.support.balancer import balancing
from tests.support.services import RedisServer
from tests.support.socketio_clients import Polling

GRACE_SECONDS = 3


class Gateway:
    """Two processes and their Redis; `a` and `b` are servers."""

    def __init__(self, directory, *options):
        self.redis = RedisServer(directory / "redis.sock")
        self._options = [*OPTIONS, "--redis-url", self.redis.url, *options]
        self.servers = [Server(*self._options) for _ in range(2)]
        for server in self.servers:
            server.wait_until_ready()

    def revive(self):
        """Start anew what a test has killed."""
        for number, server in enumerate(self.servers):
            if server.process.poll() is not None:
                server.stop()
                self.servers[number] = Server(*self._options).wait_until_ready()
        if self.redis.process.poll() is not None:
            self.redis.start()

    @property
    def a(self):
        return self.servers[0]

    @property
    def b(self):
        return self.servers[1]

    @property
    def ports(self):
        return [server.port for server in self.servers]

    def stop(self):
        said = [server.stop() for server in self.servers]
        self.redis.stop()
        return "".join(said)


@contextmanager
def running_gateway(*options):
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    try:
        gateway = Gateway(directory, *options)
        try:
            yield gateway
        finally:
            said = gateway.stop()
        assert "Traceback" not in said, said
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def gateway():
    """Two processes that all tests share, so none of them may be harmed."""
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def mortals():
    """Two processes and a Redis that tests end; so they are started once more, and clients wait longer."""
    with running_gateway("--ping-interval", "5", "--grace", str(GRACE_SECONDS)) as gateway:
        yield gateway


@pytest.fixture
async def mortal_gateway(mortals, http):
    """Two processes and a Redis that a test may kill."""
    mortals.revive()
    for here, there in (mortals.servers, mortals.servers[::-1]):
        async with asyncio.timeout(10):
            while not await is_reached(http, here.engineio, there.engineio):
                pass
    yield mortals
    for server in mortals.servers:
        print(server.said())  # pytest shows it beside a failure


async def is_reached(http, here, there):
    """Whether a session of one process is reached through another, as soon as both have found their Redis."""
    session = await Polling(http, here).open()
    session.address = there
    return (await session.post("1"))[0] == 200


@pytest.fixture
async def balanced(gateway):
    """A balancer in turns; its address."""
    async with balancing(gateway.ports) as balancer:
        yield balancer.origin
