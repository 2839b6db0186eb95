"""How often somebody may do something: counted in Redis, for all processes together.

What is counted may be lost, and without Redis everything passes: a limit keeps harm small, it must never be
what keeps a customer from an agent.
"""

from __future__ import annotations

import functools
import ipaddress
import math
import time

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest

from accounts.redis_clients import FAILURES, OneClient

log = structlog.get_logger(__name__)

REDIS_TIMEOUT_SECONDS = 0.25
PAUSE_AFTER_FAILURE_SECONDS = 5.0
IPV6_SUBSCRIBER_BITS = 64

TAKE = """
local time = redis.call("TIME")
local now = time[1] + time[2] / 1000000
local limit, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local free_at = math.max(tonumber(redis.call("GET", KEYS[1]) or now), now) + period / limit
if free_at - now > period + 0.000001 then return tostring(free_at - now - period) end
redis.call("SET", KEYS[1], string.format("%.6f", free_at), "PX", math.ceil((free_at - now) * 1000))
return "0"
"""
"""The generic cell rate algorithm (ITU-T I.371): one number for each key, the time at which everything taken
so far is made up for. A burst of `limit` passes, then one every `period / limit` seconds."""

_pause_until = 0.0


def take(key: str, *, limit: int, seconds: int) -> int:
    """Count one more of `limit` in `seconds`; return 0 where it may be, else the seconds to wait.

    A limit of 0 means none. While Redis does not answer, everything may be; it is asked again after
    `PAUSE_AFTER_FAILURE_SECONDS`, so that no request waits for it and the log says it once in a while.
    """
    global _pause_until
    if limit <= 0 or time.monotonic() < _pause_until:
        return 0
    try:
        wait = _client().eval(TAKE, 1, f"limit:{key}", str(limit), str(seconds))
    except FAILURES as error:
        _pause_until = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
        log.warning("rate_limits_unavailable", error=type(error).__name__)
        return 0
    return math.ceil(float(wait))


def client_address(request: HttpRequest) -> str | None:
    """The address a request came from, never one that the client itself named in a header.

    The web server has put there what a proxy of TRUSTED_PROXIES says.
    """
    address: str | None = request.META.get("REMOTE_ADDR")
    return address


def client_network(request: HttpRequest) -> str:
    """What a client is counted as: its IPv4 address, or its IPv6 network, of which it has every address."""
    return network_of(client_address(request) or "")


@functools.lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """What an address is counted as; what is none stands for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, IPV6_SUBSCRIBER_BITS), strict=False))
    return str(parsed)


@functools.lru_cache(maxsize=10_000)
def is_this_machine(address: str) -> bool:
    """Whether an address is this machine's own, or unknown as behind a Unix socket: a proxy's, if it is one.

    Limits by address leave it alone, for it may stand for everyone.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return not address
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


@OneClient
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
