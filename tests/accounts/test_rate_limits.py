"""Counting in Redis how often somebody may do something."""

import time
from functools import partial
from uuid import uuid4

import pytest

from accounts import rate_limits
from helpdesk.paths import VAR_DIR, redis_socket
from tests.support.together import together


@pytest.fixture
def key() -> str:
    return f"test:{uuid4()}"


def test_so_many_pass_and_the_next_is_told_how_long_to_wait(key: str) -> None:
    assert [rate_limits.take(key, limit=3, seconds=60) for _ in range(3)] == [0, 0, 0]
    assert 15 <= rate_limits.take(key, limit=3, seconds=60) <= 20, "one of three in a minute is made up for"
    assert rate_limits.take(f"{key}:other", limit=3, seconds=60) == 0


def test_a_refused_one_does_not_count(key: str) -> None:
    for _ in range(20):
        wait = rate_limits.take(key, limit=3, seconds=60)
    assert 15 <= wait <= 20


def test_what_was_taken_is_made_up_for_by_and_by(key: str) -> None:
    assert [rate_limits.take(key, limit=4, seconds=2) for _ in range(4)] == [0] * 4
    deadline = time.monotonic() + 5
    assert rate_limits.take(key, limit=4, seconds=2) > 0
    while rate_limits.take(key, limit=4, seconds=2):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_of_many_at_once_no_more_pass_than_may(key: str) -> None:
    waits = together([partial(rate_limits.take, key, limit=5, seconds=600) for _ in range(16)])
    assert waits.count(0) == 5


def test_a_limit_of_none_counts_nothing(key: str) -> None:
    assert {rate_limits.take(key, limit=0, seconds=60) for _ in range(50)} == {0}


def test_without_redis_everything_passes_at_once_and_the_log_says_it_once(
    key: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rate_limits.take(key, limit=1, seconds=600) == 0
    assert rate_limits.take(key, limit=1, seconds=600) > 0
    with monkeypatch.context() as gone:
        gone.setattr("django.conf.settings.REDIS_URL", f"unix://{redis_socket(VAR_DIR)}.gone")
        rate_limits._client.cache_clear()
        began = time.monotonic()
        assert {rate_limits.take(key, limit=1, seconds=600) for _ in range(100)} == {0}
        assert time.monotonic() - began < 1
    assert caplog.text.count("rate_limits_unavailable") == 1
    rate_limits._client.cache_clear()
    monkeypatch.setattr(rate_limits, "_pause_until", 0.0)
    assert rate_limits.take(key, limit=1, seconds=600) > 0, "Redis is back, and what it counted still counts"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_client_is_its_address_or_its_whole_network(rf, address: str, network: str) -> None:
    request = rf.get("/", REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert rate_limits.client_network(request) == network
