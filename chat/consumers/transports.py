"""What a socket sends through: one namespace of one client's connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chat.gateway.sockets import Socket
from chat.socketio.attachments import encode_with_attachments
from chat.socketio.connection import Membership, MembershipState
from chat.socketio.delivery import Delivery
from chat.socketio.errors import DisconnectReason
from chat.socketio.event_log import EventLog, Sent
from chat.socketio.packets import Packet, PacketType

if TYPE_CHECKING:
    from chat.consumers.clients import Client


class NamespaceTransport:
    """What a socket sends through. Until the client has been told that it is in, packets are held back.

    Once a client is in by WebSocket, frames go past this into the WebSocket's outbox: `send_frame` begins
    that, and it ends when the client leaves. What costs most in a large room are the objects of each member
    that a frame meets on its way: none is in the processor's cache. Sessions that are about to move poll, and
    those that may be recovered have a log, so that what they are sent always comes through here.
    """

    __slots__ = ("_client", "_held", "_membership", "_watched", "log", "pid")

    def __init__(self, client: Client, membership: Membership) -> None:
        self._client = client
        self._membership = membership
        self._held: list[tuple[str, list[bytes], Delivery]] | None = []
        self._watched: list[Sent] | None = None
        self.pid: str | None = None
        self.log: EventLog | None = None
        """With a log, and a pid, a client that comes back is told what it has missed."""

    def send_frame(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        """Send a finished text packet, without the leading "4"; dropped when the client is not in the
        namespace, a volatile one also when it cannot be written at once.
        """
        if self._held is None and self.log is None and self._watched is None:
            if self._membership.state is MembershipState.CONNECTED:
                session = self._client.session
                socket = self._client.sockets.get(self._membership)
                if session.outbox is not None and socket is not None:
                    socket.deliver = session.outbox.send_frame
                session.send_frame(frame, delivery)
        else:
            self._send(frame, [], delivery)

    def send_binary_event(self, frame: str, attachments: list[bytes]) -> None:
        """Send the text part of a binary packet and its attachments after it."""
        self._send(frame, attachments, Delivery.RELIABLE)

    def _send(self, frame: str, attachments: list[bytes], delivery: Delivery) -> None:
        if self._held is not None:
            self._held.append((frame, attachments, delivery))
            return
        if self._membership.state is not MembershipState.CONNECTED:
            return
        if self._watched is not None:
            self._watched.append((frame, attachments))
        if delivery is Delivery.VOLATILE and not self._client.session.is_writable:
            return
        if delivery is Delivery.RELIABLE and self.log is not None:
            frame = self.log.add(frame, attachments, self._client.now())
        self._client.send(frame, attachments)

    def release(self) -> None:
        """The client has been told: send what was held back."""
        held, self._held = self._held or [], None
        for frame, attachments, delivery in held:
            self._send(frame, attachments, delivery)

    async def ask(self, event: str, arguments: Sequence[Any], timeout_seconds: float) -> list[Any]:
        """Send an event and return what the client acks it with; raises Unanswered."""
        acks, membership = self._client.acks, self._membership
        ack_id = acks.next_id()
        packet = Packet(PacketType.EVENT, membership.namespace, [event, *arguments], ack_id)
        # Without an offset: the client cannot ack it twice.
        self._send(*encode_with_attachments(packet), Delivery.TRANSIENT)
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
        if self._watched is None:
            self._watched = []

    def drop(self, watched: list[Sent]) -> None:
        """Of what is held back, drop what the other process has sent."""
        sent = [(frame, list(attachments)) for frame, attachments in watched]
        kept = []
        for frame, attachments, delivery in self._held or []:
            if (frame, attachments) in sent:
                sent.remove((frame, attachments))
            else:
                kept.append((frame, attachments, delivery))
        self._held = kept


def transport_of(socket: Socket) -> NamespaceTransport:
    """What a socket of ours sends through."""
    assert isinstance(socket.transport, NamespaceTransport)
    return socket.transport
