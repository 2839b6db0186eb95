"""Sockets of the gateway without a network: what a client would receive, in its order."""

import json
from typing import Any
from uuid import uuid4

from accounts.models import User
from accounts.tokens import Principal, issue_tokens
from chat.gateway.namespaces import NAMESPACES
from chat.gateway.sockets import Handshake, Socket
from chat.socketio.delivery import Delivery
from tests.support.loops import LoopThread


class Inbox:
    """The far end of a socket: keeps the events it was sent."""

    def __init__(self) -> None:
        self.events: list[list[Any]] = []
        self.is_dismissed = False

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Keep an event, named first; who was put out gets no more."""
        if not self.is_dismissed:
            self.events.append(json.loads(frame[frame.index("[") :]))

    def disconnect(self) -> None:
        """Nothing to do."""

    def dismiss(self) -> None:
        """Remember it."""
        self.is_dismissed = True

    def close(self) -> None:
        """Nothing to do."""


class Client:
    """Somebody connected to a namespace in one process."""

    def __init__(
        self,
        process: LoopThread,
        namespace: str,
        person: Principal,
        *,
        token: str | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.process = process
        self.inbox = Inbox()
        self.namespace = NAMESPACES[namespace]
        token = token or issue_tokens(User.objects.get(id=person.user_id))["access"]
        self.socket = Socket(uuid4().hex, namespace, Handshake({"token": token}, {}, {}, address), self.inbox)
        process.run(self.namespace.connect(self.socket))

    def emit(self, event: str, data: Any) -> dict[str, Any]:
        """Send an event; returns its ack."""

        async def answer() -> dict[str, Any]:
            said = self.namespace.event(self.socket, event, [data])
            return said if isinstance(said, dict) else await said

        return self.process.run(answer())

    def received(self, event: str) -> list[Any]:
        """What has come under this name."""
        return [arguments[0] for name, *arguments in list(self.inbox.events) if name == event]

    def leave(self) -> None:
        """Close the socket."""
        self.process.run(self.namespace.disconnected(self.socket, "transport close"))
