"""Language models, asked by a process of its own: pydantic-ai takes seconds to load, and much to run."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import structlog

from chat.assistant.endpoints import allowed_endpoints
from chat.assistant.model_connection import ModelConnection
from chat.assistant.model_wire import Ask, Ended, Text, ToolCall, ToolResult
from chat.assistant.provider import ProviderFailed, Request, Toolbox, Usage

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPYCACHEPREFIX")
"""What the process gets of our environment: no keys, no passwords, no proxies."""


class ModelProcess:
    """Asks language models, any number at once.

    There is one process for all event loops here. It starts with the first request or with `start`, ends with
    this process, and is started anew when it died; the answers that it was giving have failed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._connections: dict[asyncio.AbstractEventLoop, asyncio.Task[ModelConnection]] = {}

    @property
    def pid(self) -> int | None:
        """The process's id, once it was started."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process now, so that the first answer does not wait until it has loaded everything."""
        with self._lock:
            self._run()

    def stop(self) -> None:
        """End the process, and with it all answers."""
        with self._lock:
            if self._process is not None and self._control is not None:
                self._control.close()
                self._process.wait()

    async def answer(self, request: Request, tools: Toolbox) -> AsyncGenerator[str | Usage, None]:
        """Give the answer piece by piece, and then what it took, also when it failed (see `Provider`).

        Raises `ProviderFailed`, and whatever a tool raises.
        """
        if request.model.endpoint not in allowed_endpoints():
            raise ProviderFailed("The operator does not allow this endpoint.")
        connection = await self._connection()
        with connection.conversation() as (number, reports):
            await connection.tell(Ask(number, request, tools.names))
            while True:
                match await reports.get():
                    case Text(text=text):
                        yield text
                    case ToolCall(call=call, name=name, arguments=arguments):
                        result = await tools.call(name, arguments)
                        await connection.tell(ToolResult(number, call, result))
                    case Ended(tokens=tokens, failed=failed):
                        yield Usage(tokens)
                        if failed:
                            raise ProviderFailed(failed)
                        return

    async def _connection(self) -> ModelConnection:
        """Return the way to the process from the running event loop."""
        loop = asyncio.get_running_loop()
        opening = self._connections.get(loop)
        if opening is not None and opening.done() and (opening.exception() or opening.result().is_over):
            opening = None
        if opening is None:
            for other in [other for other in self._connections if other.is_closed()]:
                del self._connections[other]
            opening = self._connections[loop] = loop.create_task(self._connect())
        try:
            return await asyncio.shield(opening)
        except OSError as error:
            raise ProviderFailed(f"The model process cannot be reached: {type(error).__name__}.") from error

    async def _connect(self) -> ModelConnection:
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            process = self._run()
            assert self._control is not None
            socket.send_fds(self._control, [b"."], [theirs.fileno()])
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        return ModelConnection(reader, writer, partial(_end, process))

    def _run(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._process is not None:
            log.warning("model_process_ended", status=self._process.returncode)
        if self._control is not None:
            self._control.close()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chat.assistant.model_worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # A library's traceback may hold what somebody wrote, which no log may.
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
            )
        return self._process


def _end(process: subprocess.Popen[bytes]) -> None:
    # A process that is just dying would seem to run: nobody must be sent to it any more.
    process.kill()
    process.wait()
