"""Polling requests that come to another process than the one that holds their session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from chat.consumers.polling_requests import Answer, PollingRequest, Receive, RequestAborted, answer
from chat.consumers.relay import Relay
from chat.consumers.sessions import Session
from chat.consumers.streams import Stream, StreamBroken
from chat.socketio.errors import DisconnectReason

SUBJECT = "polling"


async def ask_owner(relay: Relay, owner: str, request: PollingRequest, receive: Receive) -> Answer:
    """Have a request answered by the process that holds its session.

    Where that is gone, or Redis is, the session is unknown. Raises RequestAborted when the client is gone,
    which the owner learns.
    """
    try:
        stream = await relay.open(owner, SUBJECT, request)
    except StreamBroken:
        return await answer(None, request, receive)
    answering = asyncio.ensure_future(stream.receive())
    forwarding = asyncio.ensure_future(_forward(request, receive, stream))
    try:
        await asyncio.wait({answering, forwarding}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise RequestAborted
        return Answer(*answering.result())
    except StreamBroken:
        return await answer(None, request, receive)
    finally:
        stream.close()
        answering.cancel()
        forwarding.cancel()


async def _forward(request: PollingRequest, receive: Receive, stream: Stream) -> None:
    """Pass the body on as it comes; returns when the client goes away."""
    while (message := await receive())["type"] != "http.disconnect":
        if request.method == "POST" and not stream.is_over:
            await stream.try_send([message.get("body", b""), message.get("more_body", False)])


async def answer_relayed(find: Callable[[str], Session | None], stream: Stream, head: Any) -> None:
    """Answer a request that another process has taken from the network."""
    request = PollingRequest(*head)
    session = find(request.sid)

    async def receive() -> dict[str, Any]:
        try:
            body, more_body = await stream.receive()
        except StreamBroken:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": more_body}

    try:
        answered = await answer(session, request, receive)
    except RequestAborted:
        return
    delivered = await stream.try_send(answered, last=True)
    if not delivered and session is not None and answered.status == 200:
        # The client is told that its session is gone, and packets may have gone with the answer.
        session.close(DisconnectReason.TRANSPORT_ERROR, "an answer did not reach the process that asked")
