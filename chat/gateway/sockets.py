"""A client's place in one namespace."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from accounts.tokens import Principal
from chat.socketio.delivery import Delivery
from chat.socketio.packets import encode_event


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client said when it joined a namespace, and where it called from. Nothing in it is believed."""

    auth: dict[str, Any]
    query: dict[str, str]
    headers: dict[str, str]
    address: str


class Unanswered(Exception):
    """A client did not ack an event in time, or left before it did."""


class SendFrame(Protocol):
    """Sends a finished Socket.IO packet, without Engine.IO's leading "4"; never waits."""

    def __call__(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None: ...


class Transport(Protocol):
    """One namespace of one Engine.IO session. No method but `ask` waits."""

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send a finished Socket.IO packet, without Engine.IO's leading "4"."""

    async def ask(self, event: str, arguments: Sequence[Any], timeout_seconds: float) -> list[Any]:
        """Send an event and return what the client acks it with; raises Unanswered."""

    def disconnect(self) -> None:
        """Put the client out of this namespace."""

    def dismiss(self) -> None:
        """Put the client out of this namespace, and close the connection unless it is in another."""

    def disconnect_all(self) -> None:
        """Put the client out of all its namespaces and close the connection; it will not come back by
        itself.
        """

    def close(self) -> None:
        """Close the whole connection."""


@dataclass(eq=False, slots=True)
class Socket:
    """A client in a namespace. The hub delivers frames to it, handlers emit to it."""

    id: str
    namespace: str
    handshake: Handshake
    transport: Transport
    principal: Principal | None = None
    """Who this is; None before the connect and after the end. `identify` sets it."""
    user_id: str = ""
    """The id of the person, as a text; empty for nobody. Apart, since each frame to a room asks for it."""
    state: dict[str, Any] = field(default_factory=dict)
    heard_at: float = field(default_factory=time.time)
    """The last sign of life, in seconds since the epoch."""

    is_recoverable: bool = False
    """Whether its client may come back after its connection broke, and is told what it missed."""
    is_recovered: bool = False
    deliver: SendFrame = field(init=False, repr=False)
    """Sends a finished frame: the transport's own `send_frame`, or what that has found to be shorter."""

    def __post_init__(self) -> None:
        """Begin with the transport's own way."""
        self.deliver = self.transport.send_frame

    def identify(self, principal: Principal | None) -> None:
        """Say who this is; None is nobody any more."""
        self.principal = principal
        self.user_id = principal.id_text if principal is not None else ""

    @property
    def user(self) -> Principal:
        """Who this is; handlers run only after a successful connect."""
        assert self.principal is not None
        return self.principal

    @property
    def is_staff_member(self) -> bool:
        """Whether this is an agent or an admin; False before the connect."""
        return self.principal is not None and self.principal.is_staff_member

    def emit(self, event: str, *arguments: Any, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send an event to this client alone."""
        self.deliver(encode_event(self.namespace, event, arguments), delivery)

    async def ask(self, event: str, *arguments: Any, timeout_seconds: float) -> list[Any]:
        """Send an event to this client and return what it acks it with.

        Raises `Unanswered` when no ack came in time, or the client left before.
        """
        return await self.transport.ask(event, arguments, timeout_seconds)

    def disconnect(self) -> None:
        """Put this client out of the namespace."""
        self.transport.disconnect()

    def dismiss(self, code: str, message: str) -> None:
        """Say why, put this client out of the namespace, and close a connection that serves nothing else."""
        self.emit("error", {"message": message, "code": code, "event": None})
        self.transport.dismiss()

    def renew(self, token: str, expires_at: datetime | None) -> None:
        """Go on as the same person with a token that ends later."""
        if self.principal is not None:
            self.handshake.auth["token"] = token
            self.principal = replace(self.principal, token_expires_at=expires_at)
