"""A real OpenAI-compatible HTTP server on this machine, which does as it is told.

What it does with a request stands in the last message of the user, as `{server: stall-first}`, else in its
`default`; `tests.support.openai_scripts.SCRIPTS` lists what it knows. By itself:
`python -m tests.support.openai_server --port 8160`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.openai_scripts import SCRIPTS, Reply

TOLD = re.compile(r"\{server: ([a-z-]+) ?(.*?)\}(?=\s|$)", re.DOTALL)


@dataclass
class Received:
    """One request: what it said, when it came, and how it ended: whole, left by the client, running."""

    body: dict[str, Any]
    headers: dict[str, str]
    path: str
    came_at: float = field(default_factory=time.monotonic)
    ended: str = "running"
    ended_at: float = 0.0

    @property
    def system(self) -> str:
        """All that the system says to the model."""
        return "\n".join(text(message) for message in self.body["messages"] if message["role"] == "system")

    @property
    def last(self) -> str:
        """What the user said last."""
        return next((text(m) for m in reversed(self.body["messages"]) if m["role"] == "user"), "")


def text(message: dict[str, Any]) -> str:
    """The text of a message, also of one in parts."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


class OpenAIServer:
    """Answers `POST /v1/chat/completions`, streaming.

    `default` is the script for requests that name none, as `"words 20 0.01"`; it and `requests` may be used
    from any thread.
    """

    def __init__(self, default: str = "words 20 0.01", port: int = 0, *, keeps: bool = True) -> None:
        self.default = default
        self.port = port
        self.requests: list[Received] = []
        self._keeps = keeps
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="openai-server", daemon=True)

    @property
    def url(self) -> str:
        """What a client is given as its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Listen, in a thread of its own."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.listen(), self._loop).result(10)

    def stop(self) -> None:
        """Break off what runs and close the port."""
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def listen(self) -> None:
        """Listen, on the running event loop."""
        app = web.Application(client_max_size=16_000_000)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = {"messages": []}
        received = Received(body, dict(request.headers), request.path)
        if self._keeps:
            self.requests.append(received)
        told = TOLD.search(received.last)
        name, argument = told.groups() if told else (*self.default.split(" ", 1), "")[:2]
        try:
            response = await SCRIPTS[name](Reply(request, body), argument)
            received.ended = "whole"
        except (asyncio.CancelledError, ConnectionError):
            received.ended = "left"
            raise
        finally:
            received.ended_at = time.monotonic()
        return response


def main() -> None:
    """Serve until interrupted."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, default=8160)
    arguments.add_argument("--default", default="words 40 0.033", help="a script and its argument")
    arguments.add_argument("--obey", action="store_true", help="do whatever anybody's text says")
    options = arguments.parse_args()
    server = OpenAIServer("obey" if options.obey else options.default, options.port, keeps=False)

    async def serve() -> None:
        await server.listen()
        print(f"ASSISTANT_BASE_URL={server.url}", flush=True)
        await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())


if __name__ == "__main__":
    main()
