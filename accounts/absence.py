"""Who is not here and since when, for those who act upon it: only when it is sure (SPEC §8).

A lease that has ended may mean that somebody is gone, or that nobody could renew it: Redis was restarted or
out of reach, or no web process ran. So web processes stand watch, and an absence counts only when somebody
has watched without a break for as long as a lease lasts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from accounts import presence
from accounts.redis_clients import FAILURES, asynchronous, blocking, log_failure

WATCH = "presence:watch"
WATCH_SECONDS = 3
BREAK_SECONDS = 10
"""How long nobody may have said that it watches."""

STAND_WATCH = """
local last, server = redis.call("HGET", KEYS[1], "last"), redis.call("HGET", KEYS[1], "server")
if not last or server ~= ARGV[2] or ARGV[1] - last > tonumber(ARGV[3]) then
  redis.call("HSET", KEYS[1], "since", ARGV[1])
end
redis.call("HSET", KEYS[1], "last", ARGV[1], "server", ARGV[2])
"""
"""A break, or a Redis that was started since and may have lost the last leases, begins a new watch."""

_watching: asyncio.Task[None] | None = None


def keep_watch() -> None:
    """Stand watch from now on, in the running event loop of a web process."""
    global _watching
    if _watching is None or _watching.done() or _watching.get_loop() is not asyncio.get_running_loop():
        _watching = asyncio.create_task(_watch())


async def _watch() -> None:
    while True:
        await stand_watch(time.time())
        await asyncio.sleep(WATCH_SECONDS)


async def stand_watch(at: float) -> None:
    """Say that a web process runs and reaches Redis at this moment, in seconds since the epoch."""
    try:
        server = (await asynchronous().info("server"))["run_id"]
        await asynchronous().eval(STAND_WATCH, 1, WATCH, str(at), str(server), str(BREAK_SECONDS))
    except FAILURES as error:
        log_failure(error)


def absent_since(user_ids: Collection[UUID], now: datetime) -> dict[UUID, datetime] | None:
    """Those of these people who are not here at `now`, and when each last gave a sign of life.

    Of whom nothing is known, nothing was heard since the watch began. None while nobody can tell: Redis does
    not answer, or nobody has watched for long enough.
    """
    at = now.timestamp()
    if presence.is_paused():
        return None
    try:
        watch = [float(moment) for moment in blocking().hmget(WATCH, "since", "last") if moment]
        if len(watch) < 2 or not _is_trustworthy(*watch, at=at):
            return None
        gone = set(user_ids) - presence.here(user_ids, at)
        seen = presence.seen(gone)
    except FAILURES as error:
        presence.pause(error)
        return None
    began = datetime.fromtimestamp(watch[0], UTC)
    return {user_id: moment or began for user_id, moment in seen.items()}


def _is_trustworthy(since: float, last: float, *, at: float) -> bool:
    return at - last <= BREAK_SECONDS and at - since >= presence.lease_seconds()
