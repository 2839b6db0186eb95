"""Who is here: sockets with leases in Redis, and each person's status (SPEC §8).

A lease ends by itself when its process dies. Everything here may be lost and comes back with the
next heartbeats, so a Redis that fails makes people look away for a while, and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

import redis
import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

STATUSES = ("online", "away", "busy", "offline")
ONLINE = "online"
OFFLINE = "offline"
GRACE_SECONDS = 5
"""How long somebody without a socket still counts as here: a reload must not flap."""
REDIS_TIMEOUT_SECONDS = 0.5
PAUSE_AFTER_FAILURE_SECONDS = 5
KEYS_LIVE_SECONDS = 86_400
LEASES = "presence:leases"

IF_GONE = """
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[2])
if redis.call("ZCARD", KEYS[1]) > 0 then return 0 end
redis.call("ZREM", KEYS[3], ARGV[1])
return redis.call("DEL", KEYS[2])
"""
"""Says 1 to one caller when somebody has no socket any more. A script, because it runs in one piece:
who comes back in the middle would be told as gone and never as here again."""

_asking: redis.Redis | None = None
_telling: tuple[asyncio.AbstractEventLoop, redis.asyncio.Redis] | None = None
_ask_again_at = 0.0


def lease_seconds() -> int:
    """How long a socket counts without a heartbeat: two pings and their time-out."""
    return 2 * settings.SOCKETIO_PING_INTERVAL_SECONDS + settings.SOCKETIO_PING_TIMEOUT_SECONDS


async def arrive(user_id: UUID, socket_id: str) -> bool:
    """Note that a socket of this person is open; True when everyone should be told that it is here now."""
    try:
        async with _teller().pipeline(transaction=True) as pipeline:
            _lease(pipeline, user_id, socket_id)
            pipeline.set(_seen(user_id), time.time(), ex=KEYS_LIVE_SECONDS)
            pipeline.set(_announced(user_id), 1, nx=True, ex=KEYS_LIVE_SECONDS)
            return bool((await pipeline.execute())[-1])
    except (RedisError, OSError) as error:
        _log_failure(error)
        return False


async def renew(user_id: UUID, socket_id: str) -> bool:
    """Renew a socket's lease; True when it had been given up and everyone should be told again."""
    return await arrive(user_id, socket_id)


async def leave(user_id: UUID, socket_id: str) -> None:
    """Note that a socket is closed. Call `has_left` after `GRACE_SECONDS`."""
    try:
        await _teller().zrem(_sockets(user_id), socket_id)
        await _teller().set(_seen(user_id), time.time(), ex=KEYS_LIVE_SECONDS)
    except (RedisError, OSError) as error:
        _log_failure(error)


async def has_left(user_id: UUID) -> bool:
    """Whether this person has no socket any more; True for one caller only, who tells everyone."""
    try:
        return bool(await _teller().eval(IF_GONE, 3, *_asked_of(user_id)))
    except (RedisError, OSError) as error:
        _log_failure(error)
        return False


async def set_status(user_id: UUID, status: str) -> None:
    """Note the status that somebody has chosen, one of `STATUSES`."""
    try:
        await _teller().set(_status(user_id), status, ex=KEYS_LIVE_SECONDS)
    except (RedisError, OSError) as error:
        _log_failure(error)


def statuses(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """The status of each of these people: "offline" without a live socket, else what it chose, else "online".

    While Redis does not answer, everyone is "offline".
    """
    global _ask_again_at
    ids = list(user_ids)
    if not ids or time.monotonic() < _ask_again_at:
        return dict.fromkeys(ids, OFFLINE)
    try:
        pipeline = _asker().pipeline(transaction=False)
        for user_id in ids:
            pipeline.zcount(_sockets(user_id), time.time(), "+inf")
            pipeline.get(_status(user_id))
        answers = pipeline.execute()
    except (RedisError, OSError) as error:
        _ask_again_at = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
        _log_failure(error)
        return dict.fromkeys(ids, OFFLINE)
    return {
        user_id: str(chosen or "online") if sockets else OFFLINE
        for user_id, sockets, chosen in zip(ids, answers[::2], answers[1::2], strict=True)
    }


def last_seen(user_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """When a socket of each of these people last gave a sign of life; None for longer than a day ago.

    While Redis does not answer, nobody knows.
    """
    ids = list(user_ids)
    if not ids or time.monotonic() < _ask_again_at:
        return dict.fromkeys(ids)
    try:
        moments = _asker().mget(map(_seen, ids))
    except (RedisError, OSError) as error:
        _log_failure(error)
        return dict.fromkeys(ids)
    return {
        user_id: datetime.fromtimestamp(float(moment), UTC) if moment else None
        for user_id, moment in zip(ids, moments, strict=True)
    }


def vanished() -> list[UUID]:
    """List those whose last lease has run out unnoticed, because their process died; each is listed once."""
    try:
        client = _asker()
        ended = [UUID(str(raw)) for raw in client.zrangebyscore(LEASES, "-inf", time.time())]
        return [user_id for user_id in ended if client.eval(IF_GONE, 3, *_asked_of(user_id))]
    except (RedisError, OSError) as error:
        _log_failure(error)
        return []


def _asked_of(user_id: UUID) -> tuple[str, ...]:
    """What `IF_GONE` takes: three keys and two arguments."""
    return _sockets(user_id), _announced(user_id), LEASES, str(user_id), str(time.time())


def _lease(pipeline: redis.asyncio.client.Pipeline, user_id: UUID, socket_id: str) -> None:
    ends_at = time.time() + lease_seconds()
    pipeline.zadd(_sockets(user_id), {socket_id: ends_at})
    pipeline.expire(_sockets(user_id), KEYS_LIVE_SECONDS)
    pipeline.zadd(LEASES, {str(user_id): ends_at})


def _sockets(user_id: UUID) -> str:
    return f"presence:sockets:{user_id}"


def _status(user_id: UUID) -> str:
    return f"presence:status:{user_id}"


def _seen(user_id: UUID) -> str:
    return f"presence:seen:{user_id}"


def _announced(user_id: UUID) -> str:
    return f"presence:announced:{user_id}"


def _asker() -> redis.Redis:
    global _asking
    if _asking is None:
        _asking = redis.Redis.from_url(
            settings.REDIS_URL,
            decode_responses=True,
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        )
    return _asking


def _teller() -> redis.asyncio.Redis:
    global _telling
    loop = asyncio.get_running_loop()
    if _telling is None or _telling[0] is not loop:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        )
        _telling = (loop, client)
    return _telling[1]


def _log_failure(error: Exception) -> None:
    log.warning("presence_unavailable", error=type(error).__name__)
