"""What a connection's clients still have to ack, and acks of ours that are more than JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from chat.gateway.sockets import Unanswered
from chat.socketio.attachments import encode_with_attachments
from chat.socketio.connection import AckReceived, Membership
from chat.socketio.packets import Packet, PacketType, encode_ack

log = structlog.get_logger(__name__)


class PendingAcks:
    """Hands out ack ids and waits for the answers; unknown and late ones are ignored."""

    def __init__(self) -> None:
        self._last_id = -1
        self._answers: dict[tuple[Membership, int], asyncio.Future[list[Any]]] = {}

    @property
    def last_id(self) -> int:
        """The last id that was handed out; a late ack must not be taken for another's."""
        return self._last_id

    @last_id.setter
    def last_id(self, last_id: int) -> None:
        self._last_id = last_id

    def next_id(self) -> int:
        """Return the id for an event whose ack is to be waited for."""
        self._last_id += 1
        return self._last_id

    async def wait(self, membership: Membership, ack_id: int, timeout_seconds: float) -> list[Any]:
        """Return the values of the ack to an event that was sent just now; raises Unanswered when none came
        in time or the client has left.
        """
        answer = asyncio.get_running_loop().create_future()
        self._answers[membership, ack_id] = answer
        try:
            async with asyncio.timeout(timeout_seconds):
                return await answer
        except TimeoutError:
            raise Unanswered(f"no ack within {timeout_seconds} s") from None
        finally:
            del self._answers[membership, ack_id]

    def take(self, ack: AckReceived) -> None:
        """The client answered."""
        answer = None if ack.ack_id is None else self._answers.get((ack.membership, ack.ack_id))
        if answer is not None and not answer.done():
            answer.set_result(ack.arguments)

    def abandon(self, membership: Membership) -> None:
        """The client left a namespace: what it has not answered it will not answer."""
        for (asked, _), answer in self._answers.items():
            if asked is membership and not answer.done():
                answer.set_exception(Unanswered("the client has left"))


def encode_binary_ack(namespace: str, ack_id: int, values: Sequence[Any]) -> tuple[str, list[bytes]]:
    """Write an ack that holds bytes: its text part, and the attachments to send after it.

    In place of one that cannot be sent, which is a handler's mistake, an error is written: the event has been
    handled, and a client without an answer would send it again.
    """
    try:
        return encode_with_attachments(Packet(PacketType.ACK, namespace, list(values), ack_id))
    except (TypeError, ValueError) as error:  # not JSON with its bytes taken out, or too many of these
        log.error("ack_cannot_be_sent", namespace=namespace, error=str(error))
        said = {"code": "error", "message": "Done, but the answer cannot be sent to you."}
        return encode_ack(namespace, ack_id, [{"ok": False, "error": said}]), []
