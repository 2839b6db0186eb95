"""The process that asks language models: `python -m chat.assistant.model_worker FD`.

It knows nothing of the helpdesk but what it is asked (`chat.assistant.model_wire`). Over the socket FD it is
given others, one for each event loop that asks; when that socket ends, so does it.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

import uvloop

from chat.assistant.model_answer import Answer, why
from chat.assistant.model_transport import http_client
from chat.assistant.model_wire import (
    Ask,
    Ended,
    Report,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    framed,
    read_command,
)
from chat.assistant.pace import pace_for

NICENESS = 5
MAX_ANSWER_SECONDS = 330
"""No assistant may take longer; for the case that nobody says stop."""


class Worker:
    """Gives answers to whoever is at the other ends of its sockets."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._http = http_client(lambda: pace_for(len(self._answers)))
        self._calls = itertools.count(1)
        self._results: dict[int, asyncio.Future[str]] = {}

    def serve_soon(self, connection: socket.socket) -> None:
        """Serve somebody more."""
        task = asyncio.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        answers: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                match await read_command(reader):
                    case Ask() as ask:
                        answers[ask.number] = task = asyncio.create_task(self._answer(ask, writer))
                        self._answers.add(task)
                        task.add_done_callback(self._answers.discard)
                        task.add_done_callback(lambda _, number=ask.number: answers.pop(number))  # type: ignore[misc]
                    case ToolResult(call=call, text=text) if call in self._results:
                        # One whose answer has just been stopped is cancelled, and not forgotten yet.
                        if not (result := self._results.pop(call)).done():
                            result.set_result(text)
                    case Stop(number=number) if number in answers:
                        answers[number].cancel()
        except (asyncio.IncompleteReadError, OSError):
            pass  # nobody is there to hear the answers
        finally:
            for task in answers.values():
                task.cancel()
            writer.close()

    async def _answer(self, ask: Ask, writer: asyncio.StreamWriter) -> None:
        number = ask.number

        async def tell(report: Report) -> None:
            # Who does not read lets the answer wait, and with it the endpoint: nothing piles up here.
            writer.write(framed(report))
            await writer.drain()

        async def say(text: str) -> None:
            await tell(Text(number, text))

        async def use_tool(name: str, arguments: dict[str, Any]) -> str:
            call = next(self._calls)
            result = self._results[call] = asyncio.get_running_loop().create_future()
            try:
                await tell(ToolCall(number, call, name, arguments))
                return await result
            finally:
                self._results.pop(call, None)

        answer = Answer(ask.request, ask.tools, self._http, say, use_tool)
        failed = ""
        try:
            async with asyncio.timeout(MAX_ANSWER_SECONDS):
                await answer.give()
        except asyncio.CancelledError:
            failed = "It was stopped."
        except Exception as error:
            failed = why(error)
        with suppress(OSError):
            await tell(Ended(number, answer.tokens, failed))


def take_connections(control: socket.socket, worker: Worker, loop: asyncio.AbstractEventLoop) -> None:
    """Take the sockets of those who ask; end this process, whatever it does, with the one that started it."""
    try:
        while True:
            data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                return
            loop.call_soon_threadsafe(worker.serve_soon, socket.socket(fileno=descriptors[0]))
    finally:
        os._exit(0)


async def work(control: socket.socket) -> None:
    """Answer until this process ends."""
    worker, loop = Worker(), asyncio.get_running_loop()
    threading.Thread(target=take_connections, args=(control, worker, loop), daemon=True).start()
    await asyncio.Event().wait()


def main() -> None:
    """Serve the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it, with whom it ends
    os.nice(NICENESS)
    gc.freeze()
    uvloop.run(work(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
