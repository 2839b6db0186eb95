"""The leases of the answers that this process is giving."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from django.db import DatabaseError

from chat.actions import answering
from chat.actions.answering import Turn
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

RENEW_SECONDS = 2


class Leases:
    """Renews the turns of this process, all in one transaction; one event loop."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Turn, Callable[[], object]]] = {}
        self._renewing: asyncio.Task[None] | None = None

    def hold(self, turn: Turn, on_lost: Callable[[], object]) -> None:
        """Renew a turn from now on; `on_lost` is called when somebody else has ended it."""
        self._held[turn.conversation_id] = (turn, on_lost)
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.get_running_loop().create_task(self._renew())

    def release(self, turn: Turn) -> None:
        """Renew a turn no more."""
        held = self._held.get(turn.conversation_id)
        if held is not None and held[0].stream_id == turn.stream_id:
            del self._held[turn.conversation_id]

    async def _renew(self) -> None:
        while self._held:
            await asyncio.sleep(RENEW_SECONDS)
            held = dict(self._held)
            turns = {turn.conversation.id: turn.stream_id for turn, _ in held.values()}
            try:
                lost = await in_database_thread(answering.renew, turns)
            except DatabaseError as error:
                log.warning("assistant_leases_not_renewed", error=type(error).__name__)
                continue
            for turn, on_lost in held.values():
                if turn.conversation.id in lost and self._held.get(turn.conversation_id, (None,))[0] is turn:
                    on_lost()
