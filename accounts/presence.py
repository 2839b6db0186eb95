"""Who is here: sockets with leases in Redis, and each person's status (SPEC §8).

A lease ends by itself when its process dies. Everything here may be lost and comes back with the
next heartbeats, so a Redis that fails makes people look away for a while, and nothing else. Who acts upon
somebody's absence asks `accounts.absence`, which knows when nobody can tell.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from django.conf import settings

from accounts.redis_clients import FAILURES, asynchronous, blocking, log_failure
from accounts.redis_scripts import run_script

STATUSES = ("online", "away", "busy", "offline")
ONLINE = "online"
OFFLINE = "offline"
GRACE_SECONDS = 5
"""How long somebody without a socket still counts as here: a reload must not flap."""
PAUSE_AFTER_FAILURE_SECONDS = 5
KEYS_LIVE_SECONDS = 86_400
LEASES = "presence:leases"
CALLS = "calls"
"""Stands for a socket's id where somebody calls the REST interface and has no socket."""
CALLS_NOTED_SECONDS = 5
"""How often the calls of one person are noted."""
MAX_CALLERS = 10_000

ARRIVE = """
redis.call("ZADD", KEYS[1], ARGV[3], ARGV[2])
redis.call("ZREM", KEYS[1], ARGV[5])
redis.call("EXPIRE", KEYS[1], ARGV[6])
redis.call("ZADD", KEYS[5], ARGV[3], ARGV[1])
redis.call("SET", KEYS[3], ARGV[4], "EX", ARGV[6])
if ARGV[7] ~= "" then redis.call("SET", KEYS[2], ARGV[7], "NX") end
redis.call("EXPIRE", KEYS[2], ARGV[6])
return {redis.call("GET", KEYS[2]), redis.call("SET", KEYS[4], 1, "NX", "EX", ARGV[6]) and 1 or 0}
"""
"""Says the status that somebody who has come has chosen, if any, and 1 where nobody has been told yet."""

LEAVE = """
redis.call("ZREM", KEYS[1], ARGV[1])
if tonumber(redis.call("GET", KEYS[2]) or 0) < tonumber(ARGV[2]) then
  redis.call("SET", KEYS[2], ARGV[2], "EX", ARGV[3])
end
"""
"""Keeps the latest sign of life: another socket may have given one since."""

IF_GONE = """
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[2])
if redis.call("ZCARD", KEYS[1]) > 0 then return 0 end
redis.call("ZREM", KEYS[3], ARGV[1])
return redis.call("DEL", KEYS[2])
"""
"""Says 1 to one caller when somebody has no socket any more. A script, because it runs in one piece:
who comes back in the middle would be told as gone and never as here again."""

NOTE_CALL = """
redis.call("SET", KEYS[2], ARGV[2], "EX", ARGV[4])
redis.call("ZREM", KEYS[1], ARGV[5])
if redis.call("ZCOUNT", KEYS[1], ARGV[2], "+inf") > 0 then return 0 end
redis.call("ZADD", KEYS[1], ARGV[3], ARGV[5])
redis.call("EXPIRE", KEYS[1], ARGV[4])
redis.call("ZADD", KEYS[4], ARGV[3], ARGV[1])
return redis.call("SET", KEYS[3], 1, "NX", "EX", ARGV[4]) and 1 or 0
"""
"""Gives a lease to somebody who calls and has no socket; who has one is here for as long as that is open."""

_sockets_here: dict[UUID, set[str]] = {}
_chosen_here: dict[UUID, str] = {}
"""What those with sockets in this process have chosen: said again to a Redis that has lost it."""
_callers: OrderedDict[UUID, float] = OrderedDict()
_ask_again_at = 0.0


def lease_seconds() -> int:
    """How long a socket counts without a heartbeat: until the next ping would have timed out."""
    return settings.SOCKETIO_PING_INTERVAL_SECONDS + settings.SOCKETIO_PING_TIMEOUT_SECONDS


async def arrive(user_id: UUID, socket_id: str, at: float | None = None) -> bool | None:
    """Note that a socket of this person is open; True when everyone should be told that it is here now.

    None while Redis does not answer. `at` is in seconds since the epoch.
    """
    now = time.time() if at is None else at
    _sockets_here.setdefault(user_id, set()).add(socket_id)
    keys = (_sockets(user_id), _status(user_id), _seen(user_id), _announced(user_id), LEASES)
    ends_at, chosen = now + lease_seconds(), _chosen_here.get(user_id, "")
    values = (str(user_id), socket_id, ends_at, now, CALLS, KEYS_LIVE_SECONDS, chosen)
    try:
        status, is_news = await run_script(ARRIVE, keys, values)
    except FAILURES as error:
        log_failure(error)
        return None
    if status is not None and user_id in _sockets_here:
        _chosen_here[user_id] = str(status)
    return bool(is_news)


async def renew(user_id: UUID, socket_id: str, at: float | None = None) -> bool | None:
    """Renew a socket's lease; True when it had been given up and everyone should be told again.

    None while Redis does not answer.
    """
    return await arrive(user_id, socket_id, at)


def move_out(user_id: UUID, socket_id: str) -> None:
    """Note that a socket is in this process no more; its lease stays, for another process renews it."""
    sockets = _sockets_here.get(user_id, set())
    sockets.discard(socket_id)
    if not sockets:
        _sockets_here.pop(user_id, None)
        _chosen_here.pop(user_id, None)


async def leave(user_id: UUID, socket_id: str, at: float | None = None) -> None:
    """Note that a socket is closed, and when it last gave a sign of life; now, where `at` does not say.

    Call `has_left` after `GRACE_SECONDS`.
    """
    move_out(user_id, socket_id)
    heard_at = time.time() if at is None else at
    keys, values = (_sockets(user_id), _seen(user_id)), (socket_id, heard_at, KEYS_LIVE_SECONDS)
    try:
        await run_script(LEAVE, keys, values)
    except FAILURES as error:
        log_failure(error)


async def has_left(user_id: UUID) -> bool:
    """Whether this person has no socket any more; True for one caller only, who tells everyone."""
    try:
        return bool(await run_script(IF_GONE, *_asked_of(user_id)))
    except FAILURES as error:
        log_failure(error)
        return False


async def set_status(user_id: UUID, status: str) -> None:
    """Note the status that somebody has chosen, one of `STATUSES`."""
    if user_id in _sockets_here:
        _chosen_here[user_id] = status
    try:
        await asynchronous().set(_status(user_id), status, ex=KEYS_LIVE_SECONDS)
    except FAILURES as error:
        log_failure(error)


def note_call(user_id: UUID) -> bool:
    """Note that somebody has called the REST interface; True when everyone should be told that it is here.

    Somebody who has no socket is here for as long after a call as a socket is after a heartbeat.
    """
    if is_paused() or time.monotonic() < _callers.get(user_id, 0.0) + CALLS_NOTED_SECONDS:
        return False
    _callers[user_id] = time.monotonic()
    _callers.move_to_end(user_id)
    if len(_callers) > MAX_CALLERS:
        _callers.popitem(last=False)
    now = time.time()
    keys = (_sockets(user_id), _seen(user_id), _announced(user_id), LEASES)
    values = (str(user_id), str(now), str(now + lease_seconds()), str(KEYS_LIVE_SECONDS), CALLS)
    try:
        return bool(blocking().eval(NOTE_CALL, len(keys), *keys, *values))
    except FAILURES as error:
        pause(error)
        return False


def statuses(user_ids: Collection[UUID], *, as_told: bool = False) -> dict[UUID, str]:
    """The status of each of these people: "offline" without a live socket, else what it chose, else "online".

    `as_told` is for lists that are kept up to date by what is told: who has gone is in them until that is
    told. Somebody who comes back within the grace time, of which nobody is told, would else stay "offline".
    While Redis does not answer, everyone is "offline".
    """
    ids = list(user_ids)
    if not ids or is_paused():
        return dict.fromkeys(ids, OFFLINE)
    try:
        pipeline = blocking().pipeline(transaction=False)
        pipeline.mget(map(_announced, ids))
        for user_id in ids:
            pipeline.zcount(_sockets(user_id), time.time(), "+inf")
            pipeline.get(_status(user_id))
        told, *answers = pipeline.execute()
    except FAILURES as error:
        pause(error)
        return dict.fromkeys(ids, OFFLINE)
    return {
        user_id: str(chosen or ONLINE) if sockets or (as_told and is_told) else OFFLINE
        for user_id, is_told, sockets, chosen in zip(ids, told, answers[::2], answers[1::2], strict=True)
    }


def last_seen(user_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """When each of these people last gave a sign of life; None for longer than a day ago.

    While Redis does not answer, nobody knows.
    """
    if is_paused():
        return dict.fromkeys(user_ids)
    try:
        return seen(user_ids)
    except FAILURES as error:
        log_failure(error)
        return dict.fromkeys(user_ids)


def seen(user_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """As `last_seen`. Raises one of `redis_clients.FAILURES`."""
    ids = list(user_ids)
    moments = blocking().mget(map(_seen, ids)) if ids else []
    return {
        user_id: datetime.fromtimestamp(float(moment), UTC) if moment else None
        for user_id, moment in zip(ids, moments, strict=True)
    }


def here(user_ids: Collection[UUID], at: float) -> set[UUID]:
    """Who of these people has a live socket. Raises one of `redis_clients.FAILURES`."""
    ids = list(user_ids)
    pipeline = blocking().pipeline(transaction=False)
    for user_id in ids:
        pipeline.zcount(_sockets(user_id), at, "+inf")
    return {user_id for user_id, sockets in zip(ids, pipeline.execute(), strict=True) if sockets}


def vanished() -> list[UUID]:
    """List those whose last lease has run out unnoticed, because their process died; each is listed once."""
    try:
        client = blocking()
        ended = [UUID(str(raw)) for raw in client.zrangebyscore(LEASES, "-inf", time.time())]
        return [user_id for user_id in ended if client.eval(IF_GONE, 3, *chain(*_asked_of(user_id)))]
    except FAILURES as error:
        log_failure(error)
        return []


def is_paused() -> bool:
    """Whether Redis has just failed to answer and is not asked at the moment."""
    return time.monotonic() < _ask_again_at


def pause(error: Exception) -> None:
    """Ask Redis nothing for a while: a page that asks ten times must not wait ten times."""
    global _ask_again_at
    _ask_again_at = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
    log_failure(error)


def _asked_of(user_id: UUID) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `IF_GONE` takes: keys, and values."""
    return (_sockets(user_id), _announced(user_id), LEASES), (str(user_id), str(time.time()))


def _sockets(user_id: UUID) -> str:
    return f"presence:sockets:{user_id}"


def _status(user_id: UUID) -> str:
    return f"presence:status:{user_id}"


def _seen(user_id: UUID) -> str:
    return f"presence:seen:{user_id}"


def _announced(user_id: UUID) -> str:
    return f"presence:announced:{user_id}"
