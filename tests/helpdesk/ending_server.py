"""A web process with nothing behind it, started by test_ending.py.

`python -m tests.helpdesk.ending_server PORT GRACE_SECONDS` serves until told to stop. `/slow` answers after a
second, `/frozen` holds up the process, all else is answered at once. One more argument lets draining fail.
"""

import asyncio
import sys
import time

import uvicorn

from helpdesk.server import Server

SLOW_SECONDS = 1.0
FROZEN_SECONDS = 60.0


async def application(scope, receive, send):
    if scope["path"] == "/slow":
        await asyncio.sleep(SLOW_SECONDS)
    elif scope["path"] == "/frozen":
        time.sleep(FROZEN_SECONDS)  # noqa: ASYNC251 - that is what it is for
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def drain(seconds):
    if len(sys.argv) > 3:
        raise RuntimeError("draining fails")


if __name__ == "__main__":
    config = uvicorn.Config(
        application,
        port=int(sys.argv[1]),
        http="helpdesk.http_protocol:HttpProtocol",
        lifespan="off",
        log_config=None,
    )
    Server(config, drain, float(sys.argv[2])).run()
