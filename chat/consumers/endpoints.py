"""One address that clients connect to: its options, what it serves, and the sessions that live in this
process.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache, partial

from django.conf import settings

from chat.consumers import moving
from chat.consumers.admission import Admission
from chat.consumers.clients import Client
from chat.consumers.handlers import NamespaceHandler
from chat.consumers.listeners import Listener
from chat.consumers.recovery import Recoveries
from chat.consumers.relay import Relay
from chat.consumers.relayed_polling import RelayedPolling
from chat.consumers.requests import ClientRequest
from chat.consumers.session_ids import new_session_id, process_of
from chat.consumers.sessions import Session, make_engine
from chat.socketio.engine_handshake import TransportName
from chat.socketio.engine_session import EngineOptions

MAX_EVENT_BYTES = 65_536


class Endpoint:
    """The sessions of one address. Its WebSocket and its polling consumer share one endpoint.

    Over Redis (settings.REDIS_URL, empty for none) the requests of its sessions reach it also through other
    processes.
    """

    def __init__(
        self,
        options: EngineOptions,
        listen: Callable[[Session], Listener],
        admission: Admission | None = None,
        relay: Relay | None = None,
        recoveries: Recoveries | None = None,
    ) -> None:
        self.options = options
        self.recoveries = recoveries
        self.admission = admission or Admission()
        self.relay = relay or Relay(settings.REDIS_URL)
        self.elsewhere = RelayedPolling(self.relay, self.find)
        self.relay.answer(moving.SUBJECT, partial(moving.give, self.find))
        self._listen = listen
        self._sessions: dict[str, Session] = {}

    async def be_reached(self) -> None:
        """Before a session that polls is opened: let its requests come through other processes."""
        await self.relay.ready()

    def open(self, transport: TransportName, request: ClientRequest) -> Session:
        """Start a session for a client whose handshake has been checked."""
        return self._begin(new_session_id(self.relay.name), transport, request)

    def take_in(self, sid: str, request: ClientRequest) -> Session:
        """Go on by WebSocket with a session of another process, which began with this request."""
        return self._begin(sid, TransportName.WEBSOCKET, request)

    def _begin(self, sid: str, transport: TransportName, request: ClientRequest) -> Session:
        session = Session(
            make_engine(sid, transport, self.options),
            request,
            self._listen,
            forget=partial(self._sessions.pop, sid, None),
            place=self.admission.enter(request.address),
        )
        self._sessions[sid] = session
        return session

    @property
    def sessions(self) -> Collection[Session]:
        """The sessions that live in this process, or did until just now."""
        return self._sessions.values()

    def find(self, sid: str) -> Session | None:
        """The session with this sid, if it lives in this process."""
        return self._sessions.get(sid)

    def owner_elsewhere(self, sid: str) -> str | None:
        """The process that opened this session, if it is another one."""
        process = process_of(sid)
        return None if process == self.relay.name else process


def socketio_endpoint(
    namespaces: Mapping[str, NamespaceHandler],
    options: EngineOptions,
    connect_timeout_seconds: float,
    max_event_bytes: int | None = None,
    admission: Admission | None = None,
    *,
    recovery_for_all: bool = False,
) -> Endpoint:
    """An endpoint that serves these Socket.IO namespaces.

    With `recovery_for_all` it keeps every client's connection state, and not only those of who asks for it.
    """
    relay = Relay(settings.REDIS_URL)
    recoveries = Recoveries(relay, for_all=recovery_for_all)
    serve = partial(
        Client,
        namespaces=namespaces,
        connect_timeout_seconds=connect_timeout_seconds,
        max_event_bytes=max_event_bytes,
        recoveries=recoveries,
    )
    return Endpoint(options, serve, admission, relay, recoveries)


@cache
def default_endpoint() -> Endpoint:
    """The helpdesk's endpoint, as the settings say."""
    from chat.gateway.namespaces import NAMESPACES

    options = EngineOptions(
        ping_interval_ms=settings.SOCKETIO_PING_INTERVAL_SECONDS * 1000,
        ping_timeout_ms=settings.SOCKETIO_PING_TIMEOUT_SECONDS * 1000,
        max_payload_bytes=settings.SOCKETIO_MAX_PAYLOAD_BYTES,
    )
    return socketio_endpoint(
        NAMESPACES,
        options,
        settings.SOCKETIO_CONNECT_TIMEOUT_SECONDS,
        MAX_EVENT_BYTES,
        Admission(settings.SOCKETIO_CONNECTIONS_PER_ADDRESS, settings.SOCKETIO_STRANGERS_PER_ADDRESS),
    )
