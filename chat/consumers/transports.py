"""What a socket sends through: one namespace of one client's connection."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chat.socketio.attachments import encode_with_attachments
from chat.socketio.connection import Membership, MembershipState
from chat.socketio.delivery import Delivery
from chat.socketio.errors import DisconnectReason
from chat.socketio.packets import Packet, PacketType

if TYPE_CHECKING:
    from chat.consumers.clients import Client

Sent = tuple[str, list[bytes]]
"""A packet and its attachments."""


class NamespaceTransport:
    """What a socket sends through. Until the client has been told that it is in, packets are held back."""

    __slots__ = ("_client", "_held", "_membership", "_watched")

    def __init__(self, client: Client, membership: Membership) -> None:
        self._client = client
        self._membership = membership
        self._held: list[Sent] | None = []
        self._watched: list[Sent] | None = None

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send a finished text packet, without the leading "4"; dropped when the client is not in the
        namespace, a volatile one also when it cannot be written at once.
        """
        if self._held is not None:
            self._held.append((frame, []))
        elif self._membership.state is MembershipState.CONNECTED:
            session = self._client.session
            if self._watched is not None:
                self._watched.append((frame, []))
            if delivery is not Delivery.VOLATILE or session.is_writable:
                session.send_frame(frame)

    def send_binary_event(self, frame: str, attachments: list[bytes]) -> None:
        """Send the text part of a binary packet and its attachments after it."""
        self._send(frame, attachments)

    def _send(self, frame: str, attachments: list[bytes]) -> None:
        if self._held is not None:
            self._held.append((frame, attachments))
        elif self._membership.state is MembershipState.CONNECTED:
            if self._watched is not None:
                self._watched.append((frame, attachments))
            self._client.send(frame, attachments)

    def release(self) -> None:
        """The client has been told: send what was held back."""
        held, self._held = self._held or [], None
        for frame, attachments in held:
            self.send_binary_event(frame, attachments)

    async def ask(self, event: str, arguments: Sequence[Any], timeout_seconds: float) -> list[Any]:
        """Send an event and return what the client acks it with; raises Unanswered."""
        acks, membership = self._client.acks, self._membership
        ack_id = acks.next_id()
        packet = Packet(PacketType.EVENT, membership.namespace, [event, *arguments], ack_id)
        self._send(*encode_with_attachments(packet))
        return await acks.wait(membership, ack_id, timeout_seconds)

    def disconnect(self) -> None:
        """Put the client out of the namespace."""
        self._client.kick(self._membership)

    def dismiss(self) -> None:
        """Put the client out of the namespace, and close the connection unless it is in another."""
        self._client.kick(self._membership)
        self._client.close_if_idle()

    def disconnect_all(self) -> None:
        """Put the client out of all its namespaces and close the connection."""
        self._client.kick_all()

    def close(self) -> None:
        """Close the whole connection; the client may come back."""
        self._client.session.close(DisconnectReason.FORCED_SERVER_CLOSE)

    # Moving to another process

    @property
    def watched(self) -> list[Sent]:
        """What has been sent since `watch`."""
        return self._watched or []

    def watch(self) -> None:
        """Remember what is sent from now on: the other process may have got it, too."""
        self._watched = []

    def drop(self, watched: list[Sent]) -> None:
        """Of what is held back, drop what the other process has sent."""
        held = self._held or []
        for frame, attachments in watched:
            with suppress(ValueError):
                held.remove((frame, attachments))
