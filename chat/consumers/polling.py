"""Socket.IO by HTTP long-polling."""

from __future__ import annotations

from typing import Any

from channels.generic.http import AsyncHttpConsumer

from chat.consumers.endpoints import Endpoint, default_endpoint
from chat.consumers.origins import cors_headers, is_admitted, preflight_headers
from chat.consumers.polling_requests import PACKETS, Answer, PollingRequest, RequestAborted, answer
from chat.consumers.requests import ClientRequest
from chat.socketio.engine_handshake import TransportName, check_open
from chat.socketio.errors import HandshakeRefused


class SocketIOPollingConsumer(AsyncHttpConsumer):
    """One HTTP request.

    It reads in its own way: Channels' consumer collects the whole body before it looks at anything, and
    does not notice that a client went away while an answer is being waited for.
    """

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        super().__init__()
        self.endpoint = endpoint or default_endpoint()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer the request; a poll is answered when there is something to tell."""
        self.scope, self.base_send, self._receive = scope, send, receive
        self._origin_allowed = await is_admitted(scope)
        if scope["method"] == "OPTIONS":
            await self._answer_preflight()
            return
        request = ClientRequest.from_scope(scope)
        try:
            sid = request.query.get("sid")
            await self._answer(await (self._open(request) if sid is None else self._pass_on(sid, request)))
        except HandshakeRefused as refusal:
            await self._answer(Answer.refusing(refusal.error))
        except RequestAborted:
            pass

    async def _open(self, request: ClientRequest) -> Answer:
        check_open(
            request.query,
            method=self.scope["method"],
            is_websocket=False,
            origin_allowed=self._origin_allowed,
        )
        self.endpoint.admission.check(request.address)
        await self.endpoint.be_reached()
        session = self.endpoint.open(TransportName.POLLING, request)
        return Answer(200, session.engine.open_packet().encode(), PACKETS)

    async def _pass_on(self, sid: str, request: ClientRequest) -> Answer:
        asked = PollingRequest(
            sid=sid,
            method=self.scope["method"],
            transport=request.query.get("transport", ""),
            content_type=request.headers.get("content-type", ""),
            content_length=request.headers.get("content-length", "0"),
            origin_allowed=self._origin_allowed,
        )
        session = self.endpoint.find(sid)
        owner = self.endpoint.owner_elsewhere(sid) if session is None else None
        if owner is not None:
            return await self.endpoint.elsewhere.ask(owner, asked, self._receive)
        return await answer(session, asked, self._receive)

    async def _answer(self, answer: Answer) -> None:
        headers = [
            (b"content-type", answer.content_type),
            (b"content-length", b"%d" % len(answer.body)),
            (b"cache-control", b"no-store"),
            *cors_headers(self.scope, admitted=self._origin_allowed),
        ]
        if answer.status != 200 and self.scope["method"] not in ("GET", "HEAD"):
            # Without reading the rest: whoever has no session may not make us read a body.
            headers.append((b"connection", b"close"))
        await self.send_response(answer.status, answer.body, headers=headers)

    async def _answer_preflight(self) -> None:
        allowed = self._origin_allowed
        headers = preflight_headers(self.scope, admitted=allowed)
        await self.send_response(204 if allowed else 403, b"", headers=headers)
