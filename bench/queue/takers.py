"""Those who take chats out of a line at once: the helpdesk's own action, its line alone, and peers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection, connections, transaction

from accounts.models import Role, User
from accounts.tokens import principal_of
from chat.actions import routing
from chat.models import Conversation, Status
from queueing import agents, line
from queueing.models import Entry

PROCESSES = 2
WARM_UP = 5

Take = Callable[[User, str], object]


def pick(agent: User, queue_id: str) -> object:
    """The whole action: capacity, line, conversation, message, audit, timers, everyone told."""
    return routing.pick_next(principal_of(agent), queue_id)


def take(agent: User, queue_id: str) -> object:
    """The line alone, as `pick` uses it."""
    with transaction.atomic():
        return line.take_next([UUID(queue_id)], agents.skills_of(agent.id))


def sort_and_update(agent: User, queue_id: str) -> object:
    """A peer: sort what waits, take the first, and try again where another was faster.

    Knows priorities and no skills.
    """
    while True:
        with transaction.atomic():
            found = Conversation.objects.filter(queue_id=queue_id, status=Status.WAITING)
            first = found.order_by("-priority", "queued_at").values_list("id", flat=True).first()
            if first is None or found.filter(id=first).update(status=Status.OPEN, agent=agent):
                return first


def pop(agent: User, queue_id: str) -> object:
    """A peer: a sorted set in Valkey. Knows no skills, and a crash loses what was popped."""
    return _valkey().zpopmin(f"bench:{queue_id}")


def fill_valkey(queue_id: str) -> None:
    """Put what waits in a queue into the sorted set that `pop` pops from."""
    rows = Entry.objects.filter(queue_id=queue_id).values_list("key", "priority", "waiting_since")
    scores = {key: since.timestamp() - priority * 1e10 for key, priority, since in rows}
    if scores:
        _valkey().zadd(f"bench:{queue_id}", scores)


TAKES: dict[str, Take] = {"pick": pick, "take": take, "sort and update": sort_and_update, "pop": pop}


def take_at_once(name: str, organization_id: str, queue_id: str, count: int) -> tuple[list[float], float]:
    """Take `count` chats in two processes; return the milliseconds of each, and how many seconds all took."""
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # a child must not speak through its parent's connections
    each = count // PROCESSES
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        jobs = [
            pool.submit(_take_some, name, organization_id, queue_id, each, number)
            for number in range(PROCESSES)
        ]
        done = [job.result() for job in jobs]
    began, ended = min(job[1] for job in done), max(job[2] for job in done)
    return [milliseconds for job in done for milliseconds in job[0]], ended - began


def _take_some(
    name: str, organization_id: str, queue_id: str, count: int, number: int
) -> tuple[list[float], float, float]:
    team = User.objects.filter(organization_id=organization_id, role=Role.AGENT).order_by("id")
    mine = list(team)[number::PROCESSES]
    for warm in range(WARM_UP):
        TAKES[name](mine[warm % len(mine)], queue_id)
    milliseconds, started = [], time.monotonic()
    for turn in range(count):
        began = time.perf_counter()
        if TAKES[name](mine[turn % len(mine)], queue_id) is None:
            raise RuntimeError(f"{name}: nothing waits any more")
        milliseconds.append((time.perf_counter() - began) * 1000)
    ended = time.monotonic()
    connection.close()
    return milliseconds, started, ended


def _valkey() -> redis.Redis:
    global _client
    if _client is None:
        _client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    return _client


_client: redis.Redis | None = None
