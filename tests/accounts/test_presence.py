"""Who is here, in a real Redis: leases, and what happens without it (SPEC §8)."""

import asyncio
import os
import signal
import sys
import time
from functools import partial
from uuid import uuid4

import pytest

from accounts import presence, redis_clients
from tests.support.together import together
from tests.support.told import close_presence

PATIENCE_SECONDS = 10


@pytest.fixture(autouse=True)
async def connections():
    """Close what this test's event loop has opened."""
    yield
    await close_presence()


@pytest.fixture
def short_leases(settings) -> None:
    """A socket counts for half a second without a heartbeat."""
    settings.SOCKETIO_PING_INTERVAL_SECONDS = 0.3
    settings.SOCKETIO_PING_TIMEOUT_SECONDS = 0.2


@pytest.fixture
def person():
    return uuid4()


def status_of(person) -> str:
    return presence.statuses([person])[person]


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 leases end in silence
            await asyncio.sleep(0.01)


async def test_somebody_is_here_as_long_as_one_socket_is_open(person):
    assert status_of(person) == "offline"
    assert await presence.arrive(person, "phone")
    await presence.arrive(person, "laptop")
    await presence.leave(person, "phone")
    assert status_of(person) == "online"
    assert not await presence.has_left(person)
    await presence.leave(person, "laptop")
    assert status_of(person) == "offline"
    assert await presence.has_left(person)


async def test_the_statuses_of_many_are_told_apart(person):
    other, stranger = uuid4(), uuid4()
    await presence.arrive(person, "a")
    await presence.arrive(other, "b")
    await presence.set_status(other, "busy")
    await presence.set_status(stranger, "away")
    assert presence.statuses([person, other, stranger]) == {
        person: "online",
        other: "busy",
        stranger: "offline",
    }
    assert presence.statuses([]) == {}


async def test_the_chosen_status_outlives_a_reload(person):
    await presence.arrive(person, "before")
    await presence.set_status(person, "away")
    await presence.leave(person, "before")
    await presence.arrive(person, "after")
    assert status_of(person) == "away"


async def test_the_chosen_status_outlives_a_redis_that_loses_everything(person):
    await presence.arrive(person, "tab")
    await presence.set_status(person, "away")
    redis_clients.blocking().flushall()
    assert status_of(person) == "offline"
    assert await presence.renew(person, "tab"), "and everyone is told again"
    assert status_of(person) == "away"


async def test_a_status_chosen_elsewhere_is_not_replaced_by_one_remembered_here(person):
    await presence.arrive(person, "tab")
    await presence.set_status(person, "away")
    redis_clients.blocking().set(f"presence:status:{person}", "busy")  # as another process does
    await presence.renew(person, "tab")
    assert status_of(person) == "busy"
    redis_clients.blocking().flushall()
    await presence.renew(person, "tab")
    assert status_of(person) == "busy"


async def test_the_last_sign_of_life_is_the_latest_of_all_sockets(person):
    now = time.time()
    await presence.arrive(person, "silent", now - 40)
    await presence.arrive(person, "tab", now - 10)
    await presence.leave(person, "silent", now - 40)
    assert seen(person) == pytest.approx(now - 10)
    await presence.leave(person, "tab", now - 8)
    assert seen(person) == pytest.approx(now - 8)


def seen(person) -> float:
    return presence.last_seen([person])[person].timestamp()


async def test_who_only_calls_is_here_for_as_long_as_a_lease_and_then_has_vanished(short_leases, person):
    assert await asyncio.to_thread(presence.note_call, person)
    assert not await asyncio.to_thread(presence.note_call, person), "told and noted a moment ago"
    assert status_of(person) == "online"
    assert seen(person) == pytest.approx(time.time(), abs=5)
    await until(lambda: status_of(person) == "offline")
    assert person in presence.vanished()


async def test_who_has_a_socket_is_gone_with_it_however_lately_it_called(person, monkeypatch):
    monkeypatch.setattr(presence, "CALLS_NOTED_SECONDS", 0)
    await asyncio.to_thread(presence.note_call, person)
    await presence.arrive(person, "tab")
    assert not await asyncio.to_thread(presence.note_call, person)
    await presence.leave(person, "tab")
    assert status_of(person) == "offline"
    assert await presence.has_left(person)


async def test_everyone_is_told_once_that_somebody_is_here_however_many_sockets_come(person):
    told = await asyncio.gather(*(presence.arrive(person, f"tab {number}") for number in range(10)))
    assert sorted(told) == [False] * 9 + [True]


async def test_a_reload_within_the_grace_is_told_to_nobody(person):
    await presence.arrive(person, "before")
    await presence.leave(person, "before")
    assert await presence.arrive(person, "after") is False
    assert await presence.has_left(person) is False


async def test_exactly_one_of_many_processes_tells_that_somebody_has_left(person):
    await presence.arrive(person, "tab")
    await presence.leave(person, "tab")
    told = await asyncio.gather(*(presence.has_left(person) for _ in range(10)))
    assert sorted(told) == [False] * 9 + [True]
    assert await presence.arrive(person, "back")


async def test_somebody_who_comes_back_while_its_going_is_being_told_is_told_as_here_again(person):
    for round_number in range(200):
        await presence.arrive(person, f"tab {round_number}")
        await presence.leave(person, f"tab {round_number}")
        gone, back = await asyncio.gather(
            presence.has_left(person), arrive_after(round_number % 20 * 50e-6, person)
        )
        assert gone == back, "told as gone and never as here again, or the other way round"
        await presence.leave(person, "back")
        await presence.has_left(person)


async def arrive_after(seconds: float, person) -> bool:
    await asyncio.sleep(seconds)
    return await presence.arrive(person, "back")


async def test_a_lease_that_is_renewed_lasts_and_one_that_is_not_ends_by_itself(short_leases, person):
    lost = uuid4()
    await presence.arrive(person, "tab")
    await presence.arrive(lost, "tab")
    ends_at = time.monotonic() + 2 * presence.lease_seconds()
    while time.monotonic() < ends_at:
        assert await presence.renew(person, "tab") is False
        assert status_of(person) == "online"
        await asyncio.sleep(0.05)
    assert status_of(lost) == "offline"


async def test_whose_process_died_has_vanished_once(short_leases, person):
    alive = uuid4()
    await presence.arrive(person, "tab")
    await presence.arrive(alive, "tab")
    await until(lambda: status_of(person) == "offline")
    await presence.renew(alive, "tab")
    gone = set(presence.vanished()) & {person, alive}
    assert gone == {person}
    assert person not in presence.vanished()
    assert await presence.has_left(person) is False


async def test_who_said_goodbye_does_not_vanish_later(short_leases, person):
    await presence.arrive(person, "tab")
    await presence.leave(person, "tab")
    assert await presence.has_left(person)
    await asyncio.sleep(presence.lease_seconds())
    assert person not in presence.vanished()


async def test_who_comes_back_after_vanishing_is_told_as_here_again(short_leases, person):
    await presence.arrive(person, "tab")
    await until(lambda: status_of(person) == "offline")
    assert person in presence.vanished()
    assert await presence.renew(person, "tab")
    assert status_of(person) == "online"


async def ask_everything(person) -> tuple:
    return (
        await presence.arrive(person, "tab"),
        await presence.renew(person, "tab"),
        await presence.leave(person, "tab"),
        await presence.has_left(person),
        await presence.set_status(person, "busy"),
        presence.statuses([person]),
        presence.vanished(),
    )


async def test_without_redis_everyone_is_offline_and_nothing_fails_and_it_comes_back(
    redis_server, person, monkeypatch
):
    monkeypatch.setattr(presence, "PAUSE_AFTER_FAILURE_SECONDS", 0.2)
    await presence.arrive(person, "tab")
    assert status_of(person) == "online"
    redis_server.kill()
    began = time.monotonic()
    try:
        assert await ask_everything(person) == (None, None, None, False, None, {person: "offline"}, [])
        assert time.monotonic() - began < 2
    finally:
        redis_server.start()
    await presence.renew(person, "tab")
    await until(lambda: status_of(person) == "online")


def test_many_who_ask_first_at_the_same_time_are_all_answered(person):
    """A process has just been started and all its clients come back: its threads all need a first client."""
    people = [person, *(uuid4() for _ in range(30))]
    switches_every = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(30):
            redis_clients.blocking.cache_clear()
            told = together([partial(presence.statuses, people)] * 8)
            assert told == [dict.fromkeys(people, "offline")] * 8
    finally:
        sys.setswitchinterval(switches_every)
    assert not presence.is_paused()


async def test_a_redis_killed_while_it_is_being_asked_refuses_nobody(redis_server, person, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE_AFTER_FAILURE_SECONDS", 0.2)
    await presence.arrive(person, "tab")
    assert status_of(person) == "online"
    os.kill(redis_server.process.pid, signal.SIGSTOP)  # so that all calls are under way
    try:
        calls = asyncio.gather(
            *(asyncio.to_thread(presence.statuses, [person]) for _ in range(4)),
            *(presence.arrive(person, f"tab {number}") for number in range(4)),
            asyncio.to_thread(presence.last_seen, [person]),
            presence.has_left(person),
        )
        await asyncio.sleep(redis_clients.TIMEOUT_SECONDS / 5)
        redis_server.kill()
        assert await calls == [{person: "offline"}] * 4 + [None] * 4 + [{person: None}, False]
    finally:
        redis_server.start()
    await presence.renew(person, "tab")
    await until(lambda: status_of(person) == "online")


async def test_a_redis_that_hangs_delays_nobody_for_long(redis_server, person, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE_AFTER_FAILURE_SECONDS", 0.2)
    await presence.arrive(person, "tab")
    assert status_of(person) == "online"
    os.kill(redis_server.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert status_of(person) == "offline"
        assert time.monotonic() - began < 3 * redis_clients.TIMEOUT_SECONDS
        began = time.monotonic()
        assert await presence.arrive(person, "another") is None
        assert time.monotonic() - began < 3 * redis_clients.TIMEOUT_SECONDS
    finally:
        os.kill(redis_server.process.pid, signal.SIGCONT)
    await until(lambda: status_of(person) == "online")
