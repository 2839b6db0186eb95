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
RELEASE = None
"""Sent instead of a part of a body: the poll is to be answered now."""


class RelayedPolling:
    """The requests that this process passes on, and answers for those who were passed on to it."""

    def __init__(self, relay: Relay, find: Callable[[str], Session | None]) -> None:
        self._relay = relay
        self._find = find
        self._polls: set[Stream] = set()
        self._takes_more = True
        relay.answer(SUBJECT, self._answer)

    async def ask(self, owner: str, request: PollingRequest, receive: Receive) -> Answer:
        """Have a request answered by the process that holds its session.

        Where that is gone, or Redis is, the session is unknown. Raises RequestAborted when the client is
        gone, which the owner learns.
        """
        try:
            stream = await self._relay.open(owner, SUBJECT, request)
        except StreamBroken:
            return await answer(None, request, receive)
        if request.method == "GET":
            self._polls.add(stream)
            if not self._takes_more:
                await stream.try_send(RELEASE)
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
            self._polls.discard(stream)
            stream.close()
            answering.cancel()
            forwarding.cancel()

    async def take_no_more(self) -> None:
        """Let polls be answered now, if only with a noop: this process is about to end."""
        self._takes_more = False
        for stream in list(self._polls):
            await stream.try_send(RELEASE)

    async def _answer(self, stream: Stream, head: Any) -> None:
        """Answer a request that another process has taken from the network."""
        request = PollingRequest(*head)
        session = self._find(request.sid)

        async def receive() -> dict[str, Any]:
            try:
                while (said := await stream.receive()) is RELEASE:
                    if session is not None:
                        session.release_poll()
            except StreamBroken:
                return {"type": "http.disconnect"}
            body, more_body = said
            return {"type": "http.request", "body": body, "more_body": more_body}

        try:
            answered = await answer(session, request, receive)
        except RequestAborted:
            return
        delivered = await stream.try_send(answered, last=True)
        if not delivered and session is not None and answered.status == 200:
            # The client is told that its session is gone, and packets may have gone with the answer.
            session.close(DisconnectReason.TRANSPORT_ERROR, "an answer did not reach the process that asked")


async def _forward(request: PollingRequest, receive: Receive, stream: Stream) -> None:
    """Pass the body on as it comes; returns when the client goes away."""
    while (message := await receive())["type"] != "http.disconnect":
        if request.method == "POST" and not stream.is_over:
            await stream.try_send([message.get("body", b""), message.get("more_body", False)])
