"""How a web process finishes what it has begun."""

from __future__ import annotations

import asyncio

from chat import fanout
from chat.assistant import process as assistant
from chat.consumers import draining
from chat.consumers.endpoints import default_endpoint

HAND_OVER_SHARE = 0.2
"""What of the time is for handing people the assistant's answers that are not finished by then."""


async def drain(seconds: float) -> None:
    """Let the clients go, finish the assistant's answers, and tell the other processes what has happened."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds * (1 - HAND_OVER_SHARE)
    await draining.drain(default_endpoint(), until - loop.time())
    await assistant.finish(max(0.0, until - loop.time()))
    await fanout.of_process().flush()
