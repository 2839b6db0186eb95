"""Connections to Redis for what may be lost: they keep nobody waiting for long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import redis
import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.5
OPTIONS: dict[str, Any] = {
    "decode_responses": True,
    "socket_timeout": TIMEOUT_SECONDS,
    "socket_connect_timeout": TIMEOUT_SECONDS,
    # Else each new connection reads the package's metadata from disk, to tell Redis its version.
    "driver_info": None,
}
FAILURES = (RedisError, OSError)
"""What a Redis raises that does not answer, or goes away in the middle of an answer."""

_asynchronous: tuple[asyncio.AbstractEventLoop, redis.asyncio.Redis] | None = None


class OneClient:
    """The one client that all threads of a process share, made by whoever asks first.

    With `functools.cache`, threads that ask first at the same time make one each. All but the last are thrown
    away, and a client that is thrown away closes its connections, also those that wait for an answer: then
    redis-py fails with a ValueError or an AttributeError.
    """

    def __init__(self, make: Callable[[], redis.Redis]) -> None:
        self.__doc__ = make.__doc__
        self._make = make
        self._making = threading.Lock()
        self._client: redis.Redis | None = None

    def __call__(self) -> redis.Redis:
        """Return the client."""
        with self._making:
            if self._client is None:
                self._client = self._make()
            return self._client

    def cache_clear(self) -> None:
        """Make another for who asks next."""
        with self._making:
            self._client = None


@OneClient
def blocking() -> redis.Redis:
    """This process's client for threads."""
    return redis.Redis.from_url(settings.REDIS_URL, **OPTIONS)


def asynchronous() -> redis.asyncio.Redis:
    """The client of the running event loop."""
    global _asynchronous
    loop = asyncio.get_running_loop()
    if _asynchronous is None or _asynchronous[0] is not loop:
        _asynchronous = (loop, redis.asyncio.Redis.from_url(settings.REDIS_URL, **OPTIONS))
    return _asynchronous[1]


def log_failure(error: Exception) -> None:
    """Say that Redis did not answer; nobody else needs to know."""
    log.warning("presence_unavailable", error=type(error).__name__)
