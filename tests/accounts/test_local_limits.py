"""How often something may happen, counted in one process."""

from accounts import local_limits
from accounts.local_limits import LocalLimit
from accounts.rate_limits import is_this_machine, network_of


def test_a_burst_passes_and_then_one_at_a_time():
    limit = LocalLimit(10, 5)
    assert [limit.take("a", 100.0) > 0 for _ in range(12)] == [False] * 10 + [True] * 2
    assert limit.take("b", 100.0) == 0, "each key has its own"
    wait = limit.take("a", 100.1)
    assert 0.39 < wait < 0.41
    assert limit.take("a", 100.1 + wait - 0.01) > 0
    assert limit.take("a", 100.1 + wait) == 0
    assert limit.take("a", 100.1 + wait) > 0


def test_what_was_refused_costs_nothing():
    limit = LocalLimit(1, 1)
    assert limit.take("a", 0.0) == 0
    assert all(limit.take("a", 0.5) > 0 for _ in range(100))
    assert limit.take("a", 1.0) == 0


def test_no_limit_counts_nothing():
    limit = LocalLimit(0, 1)
    assert not any(limit.take("a", 0.0) for _ in range(1000))
    assert limit._free_at == {}


def test_keys_are_forgotten_when_it_makes_no_difference(monkeypatch):
    monkeypatch.setattr(local_limits, "KEYS_BEFORE_FORGETTING", 100)
    limit = LocalLimit(1, 10)
    for number in range(10_000):
        assert limit.take(number, float(number)) == 0
    assert len(limit._free_at) < 200
    assert limit.take(9_999, 10_000.0) > 0, "who has something to make up for is remembered"


def test_this_machine_is_known_by_all_its_names():
    assert all(map(is_this_machine, ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""]))
    assert not any(map(is_this_machine, ["203.0.113.1", "2001:db8::1", "::", "10.0.0.1", "testclient"]))
    assert network_of("::ffff:203.0.113.1") == network_of("203.0.113.1")
