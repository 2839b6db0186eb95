"""Rooms of the test server: in one process, or over Redis in several."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import redis.asyncio

from chat.socketio.packets import encode_event

if TYPE_CHECKING:
    from chat.fanout.delivery import Member

CHANNEL = "test-rooms"


class Rooms:
    """Who is in which room of this process; with a Redis, what is said in a room is said in all processes."""

    def __init__(self, redis_url: str | None) -> None:
        self._members: defaultdict[str, set[Member]] = defaultdict(set)
        self._redis = redis.asyncio.Redis.from_url(redis_url) if redis_url else None
        self._listening: asyncio.Task[None] | None = None
        self._origin = uuid.uuid4().hex

    async def listen(self) -> None:
        """Deliver from now on what other processes say; returns once nothing more is missed."""
        if self._redis is not None:
            subscription = self._redis.pubsub(ignore_subscribe_messages=True)
            await subscription.subscribe(CHANNEL)
            self._listening = asyncio.create_task(self._deliver_others(subscription))

    def join(self, member: Member, room: str) -> None:
        """Put a socket into a room."""
        self._members[room].add(member)

    def leave_all(self, member: Member) -> None:
        """Take a socket out of all rooms."""
        for members in self._members.values():
            members.discard(member)

    def of(self, member: Member) -> list[str]:
        """The rooms a socket is in."""
        return [room for room, members in self._members.items() if member in members]

    async def say(self, namespace: str, room: str, event: str, payload: Any) -> None:
        """Send an event to everybody in a room of a namespace."""
        frame = encode_event(namespace, event, [payload])
        self._deliver(namespace, room, frame)
        if self._redis is not None:
            await self._redis.publish(CHANNEL, json.dumps([self._origin, namespace, room, frame]))

    def _deliver(self, namespace: str, room: str, frame: str) -> None:
        for member in list(self._members[room]):
            if member.namespace == namespace:
                member.deliver(frame)

    async def _deliver_others(self, subscription: Any) -> None:
        async for message in subscription.listen():
            origin, namespace, room, frame = json.loads(message["data"])
            if origin != self._origin:
                self._deliver(namespace, room, frame)
