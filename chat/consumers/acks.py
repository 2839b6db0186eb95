"""Which of our events a connection's clients still have to ack."""

from __future__ import annotations

import asyncio
from typing import Any

from chat.gateway.sockets import Unanswered
from chat.socketio.connection import AckReceived, Membership


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
