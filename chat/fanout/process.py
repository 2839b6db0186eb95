"""This process's part of the fan-out: its hub, and one channel-layer group between the processes."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import structlog
from channels.layers import get_channel_layer
from django.db import DatabaseError

from chat import events as facts
from chat.events import Event
from chat.fanout import changes
from chat.fanout.hub import Hub
from chat.fanout.positions import Positions
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

GROUP = "hubs"
GROUP_SEND_TIMEOUT_SECONDS = 2
RECONNECT_SECONDS = 1
MAX_UNSENT_EVENTS = 10_000
PAUSE_SECONDS = 0.005
"""What is published so soon after a send waits for more: one send costs as much as many sockets do."""
GAP_PATIENCE_SECONDS = 0.05
"""How long an event may be late before the database is asked for it."""
CHECK_SECONDS = 3
"""How often the database is asked what the channel layer has lost."""


class ProcessFanout:
    """Publishes this process's events, and delivers everyone's to the sockets here.

    The channel layer is a hint and may lose anything: its failures are logged and never reach an
    action. What it lost is fetched from the database, at the next gap or the next check.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.hub = Hub(on_gap=self._watch_gap, publish=self.publish)
        self.positions = Positions(self.hub)
        self._origin = uuid.uuid4().hex
        self._unsent: list[Event] = []
        self._sending: asyncio.Task[None] | None = None
        self._listening: list[asyncio.Task[None]] = []
        self._watched_gaps: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self) -> None:
        """Deliver from now on what other processes publish."""
        if not self._listening:
            work = (self._receive(), self._check(), self.positions.keep_telling())
            self._listening = [self.loop.create_task(one) for one in work]

    def publish(self, event: Event) -> None:
        """Deliver an event here and pass it on; from any thread."""
        if asyncio._get_running_loop() is self.loop:
            self._publish(event)
        else:
            self.loop.call_soon_threadsafe(self._publish, event)

    def _publish(self, event: Event) -> None:
        self.hub.receive(event)
        self._unsent.append(event)
        if len(self._unsent) > MAX_UNSENT_EVENTS:
            del self._unsent[: MAX_UNSENT_EVENTS // 2]
        if self._sending is None or self._sending.done():
            self._sending = self.loop.create_task(self._send())

    async def flush(self) -> None:
        """Wait until everything that was published has been passed on, or could not be."""
        while self._sending is not None and not self._sending.done():
            await asyncio.wait([self._sending])

    async def _send(self) -> None:
        # Everything that is published while one group_send is under way, or just done, goes with the next.
        while self._unsent:
            batch, self._unsent = self._unsent, []
            message = {"type": "events", "origin": self._origin, "events": facts.pack(batch)}
            try:
                async with asyncio.timeout(GROUP_SEND_TIMEOUT_SECONDS):
                    await get_channel_layer().group_send(GROUP, message)
            except Exception as error:
                log.warning("channel_layer_send_failed", error=type(error).__name__, events=len(batch))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _receive(self) -> None:
        while True:
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    self._take(await layer.receive(channel))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("channel_layer_receive_failed", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("origin") == self._origin:
            return
        try:
            for event in facts.unpack(message["events"]):
                self.hub.receive(event)
        except Exception:
            log.exception("events_not_understood")

    # What the channel layer lost

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            known = {
                key: timeline.version
                for key, timeline in self.hub.timelines.items()
                if timeline.version is not None
            }
            try:
                ahead = await in_database_thread(changes.conversations_ahead_of, known)
                if ahead:
                    # What was committed just now is on its way; where something has come since, more comes,
                    # or a gap shows.
                    await asyncio.sleep(GAP_PATIENCE_SECONDS)
                for conversation_id in ahead:
                    timeline = self.hub.timelines.get(conversation_id)
                    if timeline is not None and timeline.version == known[conversation_id]:
                        await self._heal(conversation_id)
            except DatabaseError as error:
                log.warning("delivery_check_failed", error=type(error).__name__)
            except Exception:
                # Whatever it was, this loop is what heals everything else: it must go on.
                log.exception("delivery_check_failed")

    def _watch_gap(self, conversation_id: str) -> None:
        if conversation_id not in self._watched_gaps:
            self._watched_gaps.add(conversation_id)
            self.loop.call_later(GAP_PATIENCE_SECONDS, self._close_gap, conversation_id)

    def _close_gap(self, conversation_id: str) -> None:
        self._watched_gaps.discard(conversation_id)
        timeline = self.hub.timelines.get(conversation_id)
        if timeline is not None and timeline.has_gap:
            task = self.loop.create_task(self._heal(conversation_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _heal(self, conversation_id: str) -> None:
        timeline = self.hub.timelines.get(conversation_id)
        if timeline is None or timeline.version is None:
            return
        try:
            missed, version = await in_database_thread(
                changes.changes_since, conversation_id, timeline.version
            )
        except DatabaseError as error:
            log.warning("delivery_heal_failed", error=type(error).__name__)
            return
        self.hub.catch_up(conversation_id, missed, version)
