"""A web process that is told to end: what was asked over HTTP is answered, and it ends in any case."""

import asyncio
import signal
import subprocess
import sys
import time

import pytest

from helpdesk.paths import BASE_DIR
from tests.helpdesk.ending_server import SLOW_SECONDS
from tests.support.services import PATIENCE_SECONDS

GRACE_SECONDS = 3.0


@pytest.fixture
def start(unused_tcp_port):
    """Start a process; returns it and its port when it listens."""
    started = []

    def spawn(*how):
        command = [sys.executable, "-m", "tests.helpdesk.ending_server", unused_tcp_port, GRACE_SECONDS, *how]
        started.append(subprocess.Popen([str(part) for part in command], cwd=BASE_DIR))

    async def start(*how):
        spawn(*how)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while started[0].poll() is None:
                try:
                    reader, writer = await ask(unused_tcp_port, "/")
                except ConnectionRefusedError:
                    await asyncio.sleep(0.05)
                else:
                    assert b"200" in await reader.readline()
                    writer.close()
                    return started[0], unused_tcp_port
        raise AssertionError("the server did not start")

    yield start
    for process in started:
        process.kill()
        process.wait()


async def ask(port, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return reader, writer


async def has_been_taken(port):
    """What was asked before is being done: something asked later has been answered, or is held up as well."""
    reader, writer = await ask(port, "/")
    await asyncio.wait([asyncio.ensure_future(reader.readline())], timeout=0.5)
    writer.close()


async def ended(process):
    """Wait until a process has ended; returns the signal of which, and the seconds it took."""
    began = time.monotonic()
    async with asyncio.timeout(GRACE_SECONDS * 3):
        while process.poll() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return signal.Signals(-process.returncode), time.monotonic() - began


@pytest.mark.parametrize("how", [[], ["draining fails"]])
async def test_a_request_that_is_under_way_is_answered_and_its_connection_closed(start, how):
    process, port = await start(*how)
    reader, writer = await ask(port, "/slow")
    await has_been_taken(port)
    process.terminate()
    assert b"200" in await asyncio.wait_for(reader.readline(), SLOW_SECONDS * 5)
    assert (await asyncio.wait_for(reader.read(), GRACE_SECONDS)).endswith(b"ok")
    writer.close()
    assert (await ended(process))[0] is signal.SIGTERM


async def test_a_process_that_hangs_is_ended_by_the_kernel_when_its_time_is_over(start):
    process, port = await start()
    _, writer = await ask(port, "/frozen")
    await has_been_taken(port)
    process.terminate()
    how, seconds = await ended(process)
    assert how is signal.SIGALRM
    assert GRACE_SECONDS * 0.9 < seconds < GRACE_SECONDS * 2
    writer.close()
