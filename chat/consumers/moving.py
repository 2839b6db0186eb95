"""An upgrade whose WebSocket came to another process: the session moves there.

The process that has the session checks the probe, as if the WebSocket were its own. At the client's upgrade
packet it finishes what the client has asked for and describes the session; the other process begins to serve
its sockets, holding everything back; then the first lets go of them and hands over what it had not sent.
From the description to the handing over both are told what is said in rooms, so that nothing is missed; what
came to both is sent once. What is said reaches processes at different times, so each of them waits a little
for the other's late news. When anything fails on the way the session ends, and the client comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from chat.consumers.relay import OVERLAP_SECONDS, Relay
from chat.consumers.requests import ClientRequest
from chat.consumers.sessions import Session
from chat.consumers.streams import Stream, StreamBroken
from chat.socketio.engine_handshake import TransportName, check_request
from chat.socketio.engine_session import EngineState
from chat.socketio.errors import DisconnectReason, HandshakeError, HandshakeRefused, ProtocolViolation

if TYPE_CHECKING:
    from chat.consumers.endpoints import Endpoint

SUBJECT = "upgrade"
MOVE_SECONDS = 10.0
"""How long what the client has asked for may take to finish, and the other process to begin."""


class UpgradeRequest(NamedTuple):
    """A WebSocket with a sid."""

    sid: str
    transport: str
    origin_allowed: bool

    def check(self, session: Session | None) -> None:
        """Raises HandshakeRefused."""
        transport = session.engine.transport if session is not None else None
        asked = {"transport": self.transport}
        check_request(asked, transport, is_websocket=True, origin_allowed=self.origin_allowed)


async def probe(
    session: Session,
    receive: Callable[[], Awaitable[str | bytes | None]],
    answer: Callable[[str], Awaitable[None]],
) -> None:
    """Talk until the client's upgrade packet; raises ProtocolViolation when it says anything else."""
    while session.engine.transport is TransportName.POLLING:
        wire = await receive()
        if wire is None or session.closed:
            raise ProtocolViolation("the upgrading WebSocket or its session was closed")
        said = session.engine.receive_probe(wire)
        if said is not None:
            await answer(said)
            session.release_poll()


# The process that has the session


async def give(find: Callable[[str], Session | None], stream: Stream, head: Any) -> None:
    """Let a WebSocket elsewhere upgrade a session of this process, and give the session away."""
    request = UpgradeRequest(*head)
    session = find(request.sid)
    try:
        request.check(session)
    except HandshakeRefused as refusal:
        await stream.send(refusal.error.name, last=True)
        return
    assert session is not None
    if not session.engine.begin_upgrade():
        return  # which closes that WebSocket
    try:
        async with asyncio.timeout(session.engine.options.upgrade_timeout_ms / 1000):
            await stream.send(None)
            await probe(session, stream.receive, stream.send)
    except (ProtocolViolation, StreamBroken, TimeoutError):
        return  # that WebSocket is closed, polling goes on
    finally:
        session.engine.abandon_upgrade()  # or it is done
    try:
        async with asyncio.timeout(MOVE_SECONDS):
            await _hand_over(session, stream)
    except (StreamBroken, TimeoutError):
        session.close(DisconnectReason.TRANSPORT_ERROR, "the session could not be moved")


async def _hand_over(session: Session, stream: Stream) -> None:
    session.release_poll()
    await session.listener.idle()
    session.listener.describe()  # which begins to note what is sent here
    await asyncio.sleep(OVERLAP_SECONDS)
    request = session.request
    await stream.send([request.query, request.headers, request.address, session.listener.describe()])
    await stream.receive()  # it is prepared
    await asyncio.sleep(OVERLAP_SECONDS)
    await session.listener.idle()
    if not session.closed:
        await stream.send(session.leave(stream.peer), last=True)


# The process to which the WebSocket came


async def ask_for(relay: Relay, owner: str, request: UpgradeRequest) -> Stream | None:
    """Ask for a session: the stream over which it will come, None where the WebSocket is to be closed.

    Raises HandshakeRefused.
    """
    try:
        stream = await relay.open(owner, SUBJECT, request)
    except StreamBroken:
        request.check(None)
        raise HandshakeRefused(HandshakeError.UNKNOWN_SESSION) from None
    try:
        refusal = await stream.receive()
    except StreamBroken:
        return None
    if refusal is not None:
        raise HandshakeRefused(HandshakeError[refusal])
    return stream


async def take(
    endpoint: Endpoint,
    sid: str,
    stream: Stream,
    receive: Callable[[], Awaitable[str | bytes | None]],
    answer: Callable[[str], Awaitable[None]],
) -> Session | None:
    """Pass the WebSocket's probe on and take the session over; None where the WebSocket is to be closed."""
    try:
        said: Any = ""
        while isinstance(said, str):
            async with asyncio.timeout(endpoint.options.upgrade_timeout_ms / 1000):
                wire = await receive()
            if wire is None:
                return None
            await stream.send(wire)
            said = await stream.receive()
            if isinstance(said, str):
                await answer(said)
        return await _settle(endpoint, sid, stream, said)
    except (StreamBroken, TimeoutError):
        return None
    finally:
        stream.close()


async def _settle(endpoint: Endpoint, sid: str, stream: Stream, said: Any) -> Session:
    query, headers, address, described = said
    session = endpoint.take_in(sid, ClientRequest(query, headers, address))
    try:
        async with asyncio.timeout(MOVE_SECONDS):
            await session.listener.prepare(described)
            await stream.send("prepared")
            engine, left = await stream.receive()
            await session.arrive(EngineState(*engine), left)
    except BaseException:
        session.close(DisconnectReason.TRANSPORT_ERROR, "the session could not be moved")
        raise
    return session
