"""What a load balancer asks: is this process alive, and can it do its work."""

import time
from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from accounts.redis_clients import OneClient

logger = structlog.get_logger(__name__)

WORKER_HEARTBEAT_KEY = "helpdesk:worker-heartbeat"
WORKER_HEARTBEAT_SECONDS = 30
"""How long after its last tick a worker counts as reachable."""


@OneClient
def redis_client() -> redis.Redis:
    """Return this process's client for health checks, which gives up after two seconds."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def note_worker_heartbeat() -> None:
    """Record that a worker has just carried out a tick."""
    redis_client().set(WORKER_HEARTBEAT_KEY, int(time.time()), ex=WORKER_HEARTBEAT_SECONDS)


def check_database() -> None:
    """Raise unless the database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_redis() -> None:
    """Raise unless Redis answers."""
    redis_client().ping()


def check_worker() -> None:
    """Raise unless a worker carried out a tick lately.

    Raises:
        TimeoutError: no tick within `WORKER_HEARTBEAT_SECONDS`.
    """
    if not redis_client().exists(WORKER_HEARTBEAT_KEY):
        raise TimeoutError(f"no worker carried out a tick in the last {WORKER_HEARTBEAT_SECONDS} seconds")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "redis": check_redis,
    "worker": check_worker,
}


def alive() -> JsonResponse:
    """Answer 200 while this process answers at all; it asks nothing of anyone else."""
    return JsonResponse({"status": "ok"})


def ready() -> JsonResponse:
    """Answer 200 when the database, Redis and a worker are reachable, else 503 and which of them is not."""
    answers = {}
    for name, check in CHECKS.items():
        try:
            check()
            answers[name] = "ok"
        except Exception as error:
            # The reason may name hosts and accounts: it belongs into the log, not to whoever asks.
            logger.warning("not ready", part=name, error=str(error))
            answers[name] = "unreachable"
    ok = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"status": "ok" if ok else "unavailable", **answers}, status=200 if ok else 503)


ANSWERS: dict[str, Callable[[], JsonResponse]] = {"/healthz": alive, "/readyz": ready}


class HealthMiddleware:
    """Answers `/healthz` and `/readyz` before anything else looks at the request.

    A load balancer asks by address and over plain HTTP; the checks of host names and of HTTPS are not for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the question, or let the request pass."""
        answer = ANSWERS.get(request.path_info)
        if answer is None or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        response = answer()
        add_never_cache_headers(response)
        return response
