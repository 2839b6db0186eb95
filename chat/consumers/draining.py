"""A process that is about to end lets its clients go, each at a moment of its own."""

from __future__ import annotations

import asyncio
import random

import structlog

from chat.consumers.endpoints import Endpoint
from chat.consumers.sessions import Session
from chat.socketio.errors import DisconnectReason

log = structlog.get_logger(__name__)

CLOSES_PER_SECOND = 100
"""How many clients in a second come upon the other processes, which ask each who it is and what it missed."""
FETCH_SECONDS = 4.0
"""How long sockets wait for clients that come back elsewhere: two attempts of socket.io-client's."""
LOOK_SECONDS = 0.05
CODE_SERVER_RESTARTS = 1012


async def drain(endpoint: Endpoint, seconds: float) -> None:
    """Tell all clients that the server is shutting down, and return when they have been told.

    Before a client is told, what it has asked for is done and acked. Sockets of clients that recover are
    handed to the processes to which these come back. Takes at most so many seconds, whoever is left then.
    """
    spread = min(len(endpoint.sessions) / CLOSES_PER_SECOND, seconds / 2)
    leaving: dict[Session, asyncio.Task[None]] = {}
    try:
        async with asyncio.timeout(seconds):
            await endpoint.elsewhere.take_no_more()
            while here := [session for session in endpoint.sessions if not _has_moved(session)]:
                for session in here:  # some began just now, over connections that were there before
                    if session not in leaving:
                        delay = random.uniform(0, spread)  # noqa: S311 no secret
                        leaving[session] = asyncio.create_task(_let_go(session, delay))
                await asyncio.sleep(LOOK_SECONDS)
            await asyncio.gather(*leaving.values())
            await _hand_out(endpoint)
    except TimeoutError:
        log.warning("clients_not_let_go", left=len(endpoint.sessions), of=len(leaving))
    else:
        log.info("clients_let_go", clients=len(leaving))


async def _let_go(session: Session, delay: float) -> None:
    await asyncio.sleep(delay)
    session.stop_reading()
    await session.listener.idle()
    session.close(DisconnectReason.SERVER_SHUTTING_DOWN, code=CODE_SERVER_RESTARTS)
    await session.listener.idle()


async def _hand_out(endpoint: Endpoint) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + FETCH_SECONDS
    while loop.time() < until and endpoint.recoveries is not None and endpoint.recoveries.any_awaited:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    await endpoint.relay.idle()


def _has_moved(session: Session) -> bool:
    return session.closed is DisconnectReason.FORCED_CLOSE
