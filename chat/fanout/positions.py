"""Tells those who wait where they stand, when it changes (SPEC §8)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from django.db import DatabaseError
from django.utils import timezone

from chat.estimates import Place, waiting_places
from chat.events import ConversationChanged, Event, QueueChanged, QueuePositionChanged
from chat.fanout.hub import Hub
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

LISTENER = "positions"
"""The name under which the hub knows who listens here; no socket has it as its namespace."""
AFTER_A_CHANGE_SECONDS = 1
"""How soon after the last look a line is looked at again when it has changed."""
ANYWAY_SECONDS = 5
"""… and when no change was heard of: who is here may have changed, or an event have been lost."""
SHARE_OF_TIME = 0.1
"""How much of the time changes may keep this process looking, however long the lines are."""


@dataclass(eq=False, slots=True)
class Waiting:
    """A conversation that waits and has been joined here, and what was told of it last."""

    told: Place | None = None


class Positions:
    """The places of the waiting conversations that somebody has joined in this process.

    The hub's events and those who join say which conversations these are; the database is asked for the
    places of all of them at once. Nothing runs while nobody waits here, and nothing goes to other processes:
    each tells its own.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: dict[str, Waiting] = {}
        self._somebody_waits = asyncio.Event()
        self._somebody_came = asyncio.Event()
        self._a_line_changed = asyncio.Event()
        hub.listen(LISTENER, self._hear)

    def tell(self, conversation_id: str) -> None:
        """Tell those who have joined a waiting conversation where it stands, though it may be nothing new."""
        self._expect(conversation_id, Waiting())
        self._somebody_came.set()

    async def keep_telling(self) -> None:
        """Tell everyone who waits here, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await self._somebody_waits.wait()
            self._somebody_came.clear()
            self._a_line_changed.clear()
            began = loop.time()
            try:
                await self._look()
            except DatabaseError as error:
                log.warning("positions_unknown", error=type(error).__name__)
            except Exception:
                # Whatever it was, everyone else waits too: this loop must go on.
                log.exception("positions_unknown")
            await self._rest(loop.time() - began)

    async def _look(self) -> None:
        for left in self._waiting.keys() - self._hub.timelines.keys():
            del self._waiting[left]
        asked = dict(self._waiting)
        found = await in_database_thread(waiting_places, asked, timezone.now()) if asked else {}
        for conversation_id, waiting in asked.items():
            if self._waiting.get(conversation_id) is not waiting:
                continue  # it went or came while the database was asked: the next look knows
            place = found.get(conversation_id)
            if place is None:
                del self._waiting[conversation_id]
            elif place != waiting.told:
                waiting.told = place
                self._hub.receive(QueuePositionChanged(conversation_id, place.position, place.eta))
        if not self._waiting:
            self._somebody_waits.clear()

    async def _rest(self, looked_for_seconds: float) -> None:
        """Wait until it is time to look again: soon for somebody who has come, later for the others."""
        await asyncio.sleep(looked_for_seconds)
        seconds = max(AFTER_A_CHANGE_SECONDS, looked_for_seconds / SHARE_OF_TIME)
        if not await _happens(self._somebody_came, within_seconds=seconds):
            await _happens(self._a_line_changed, within_seconds=ANYWAY_SECONDS)

    def _hear(self, event: Event) -> None:
        if isinstance(event, QueueChanged) and event.kind != "message":
            self._a_line_changed.set()
        elif isinstance(event, ConversationChanged):
            known = self._waiting.pop(event.conversation_id, None)
            if event.conversation.status == "waiting" and event.conversation_id in self._hub.timelines:
                self._expect(event.conversation_id, Waiting(known.told if known else None))

    def _expect(self, conversation_id: str, waiting: Waiting) -> None:
        self._waiting[conversation_id] = waiting
        self._a_line_changed.set()
        self._somebody_waits.set()


async def _happens(event: asyncio.Event, *, within_seconds: float) -> bool:
    try:
        async with asyncio.timeout(within_seconds):
            return await event.wait()
    except TimeoutError:
        return False
