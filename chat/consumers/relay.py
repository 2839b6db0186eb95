"""Streams between the web processes, over Redis: how a request reaches the process that holds its session."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from itertools import count
from typing import Any

import msgspec
import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from accounts.redis_clients import FAILURES
from chat.consumers.publisher import Publisher
from chat.consumers.session_ids import new_process_name
from chat.consumers.streams import Stream, StreamBroken

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 2.0
RECONNECT_SECONDS = 1.0
OVERLAP_SECONDS = 0.1
"""By how much two processes may hear the same news at different times."""
LOOK_SECONDS = 2.0
"""How often both ends of a stream say that they still have it."""
SILENCE_SECONDS = 3 * LOOK_SECONDS
"""After how long a stream is broken whose other end says nothing."""
NOTES = "gateway:note:"

Answerer = Callable[[Stream, Any], Awaitable[None]]


class Relay:
    """One process's end of the streams to the others. It has a name, under which it listens; without a Redis
    (an empty URL) it is alone.

    A message is never lost in silence: PUBLISH says whether somebody listens, and whenever a message may
    have been lost (Redis did not answer, or the connection on which we listen broke) its stream breaks,
    which the other end learns when it looks. The channel layer would not do: it drops what a slow
    receiver does not take.
    """

    def __init__(self, redis_url: str) -> None:
        self.name = new_process_name()
        self._redis_url = redis_url
        self._answerers: dict[str, Answerer] = {}
        self._served: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def answer(self, subject: str, answerer: Answerer) -> None:
        """Have streams about this subject, which others open, served by a task of their own."""
        self._answerers[subject] = answerer

    async def ready(self) -> bool:
        """Begin to listen; say whether the others reach us now. Waits for Redis the first time only."""
        if not self._redis_url:
            return False
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._start(loop)
        await self._settled.wait()
        return self._listens

    async def open(self, peer: str, subject: str, data: Any) -> Stream:
        """Open a stream to another process; raises StreamBroken where that is gone or Redis is."""
        if not await self.ready():
            raise StreamBroken("this process does not hear the others")
        stream = Stream(f"{self.name}.{next(self._numbers)}", peer, self)
        self._streams[stream.key] = stream
        await self.say(stream, "open", subject, data)
        return stream

    async def say(self, stream: Stream, *message: Any) -> None:
        """Send the other end of a stream a message; raises StreamBroken when it did not get there."""
        try:
            reached = await self._publish(stream.peer, [message[0], self.name, stream.key, *message[1:]])
        except StreamBroken:
            self._break([stream])  # whether it came is not known
            raise
        if not reached:
            self._break(self._streams_with(stream.peer))
            raise StreamBroken("the other process is gone")

    def forget(self, stream: Stream, *, tell: bool) -> None:
        """A stream is over here; `tell` the other end, where it does not know."""
        if self._streams.pop(stream.key, None) is not None and tell:
            self._publish(stream.peer, ["end", self.name, stream.key])

    # Redis

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._settled = asyncio.Event()
        self._listens = False
        self._numbers = count()
        self._streams: dict[str, Stream] = {}
        # Never tried again by itself: what came twice would be taken twice.
        self._redis = redis.asyncio.Redis.from_url(
            self._redis_url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        self._publisher = Publisher(self._redis)
        self._keepers = {loop.create_task(self._listen()), loop.create_task(self._look())}

    def _publish(self, peer: str, message: list[Any]) -> asyncio.Future[int]:
        return self._publisher.publish(_channel(peer), msgspec.msgpack.encode(message))

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(_channel(self.name))
                    async for message in subscription.listen():
                        if message["type"] == "subscribe":
                            self._listens = True
                            self._settled.set()
                        else:
                            self._take(message["data"])
            except FAILURES as error:
                log.warning("relay_unavailable", error=type(error).__name__)
            except Exception:
                log.exception("relay_failed")
            self._listens = False
            self._settled.set()
            self._break(list(self._streams.values()))
            await asyncio.sleep(RECONNECT_SECONDS)

    def _take(self, message: bytes) -> None:
        kind, peer, *rest = msgspec.msgpack.decode(message)
        if kind == "look":
            self._looked(peer, rest[0])
            return
        key, *content = rest
        stream = self._streams.get(key)
        if kind == "open":
            self._opened(Stream(key, peer, self), *content)
        elif stream is None:
            pass  # it is over here, and the other end learns that when it looks
        elif kind == "end":
            self._break([stream])
        else:
            stream.put(*content)

    def _opened(self, stream: Stream, subject: str, data: Any) -> None:
        self._streams[stream.key] = stream
        self._in_background(self._serve(stream, subject, data))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        task = self._loop.create_task(work)
        self._served.add(task)
        task.add_done_callback(self._served.discard)

    async def idle(self) -> None:
        """Wait until nobody is served who asked from elsewhere, and all notes are left."""
        while self._served:
            await asyncio.wait(self._served)

    def note(self, key: str, value: str, seconds: int) -> None:
        """Leave a note for the other processes, whatever becomes of this one; lost where Redis is."""
        self._in_background(self._note(key, value, seconds))

    async def _note(self, key: str, value: str, seconds: int) -> None:
        with suppress(*FAILURES):
            await self._redis.set(f"{NOTES}{key}", value, ex=seconds)

    async def find_note(self, key: str) -> str | None:
        """Find what some process has noted; None where there is none, or no Redis."""
        if not await self.ready():
            return None
        with suppress(*FAILURES):
            found = await self._redis.get(f"{NOTES}{key}")
            return found.decode() if isinstance(found, bytes) else None
        return None

    async def _serve(self, stream: Stream, subject: str, data: Any) -> None:
        try:
            await self._answerers[subject](stream, data)
        except StreamBroken:
            pass
        except Exception:
            log.exception("relayed_request_failed", subject=subject)
        finally:
            stream.close()

    # Whether the other end still is there

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            by_peer: defaultdict[str, list[str]] = defaultdict(list)
            for stream in self._streams.values():
                by_peer[stream.peer].append(stream.key)
            for peer, keys in by_peer.items():
                with suppress(StreamBroken):
                    if not await self._publish(peer, ["look", self.name, keys]):
                        self._break(self._streams_with(peer))
            long_ago = time.monotonic() - SILENCE_SECONDS
            self._break([stream for stream in self._streams.values() if stream.heard_at < long_ago])

    def _looked(self, peer: str, keys: list[str]) -> None:
        for key in keys:
            stream = self._streams.get(key)
            if stream is None:
                self._publish(peer, ["end", self.name, key])
            else:
                stream.heard_at = time.monotonic()

    def _streams_with(self, peer: str) -> list[Stream]:
        return [stream for stream in self._streams.values() if stream.peer == peer]

    def _break(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            self._streams.pop(stream.key, None)
            stream.broken()


def _channel(process: str) -> str:
    return f"gateway:{process}"
