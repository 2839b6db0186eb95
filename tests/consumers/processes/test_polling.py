"""Polling sessions whose requests come to any process: the same answers, the same errors, nothing lost."""

import asyncio
import json
import signal
import time

import aiohttp
import pytest

from tests.support.socketio_clients import ARRIVAL_SECONDS, Polling, RawWebSocket

UNKNOWN = (400, 1)
BAD_REQUEST = (400, 3)


class Elsewhere(Polling):
    """A session that lives in one process and whose requests are sent to another."""

    @classmethod
    async def opened(cls, http, here, there):
        session = cls(http, here)
        await session.open()
        session.address = there
        return session


@pytest.fixture
async def session(http, gateway):
    return await Elsewhere.opened(http, gateway.a.engineio, gateway.b.engineio)


def refusal(answer):
    status, body = answer
    return status, json.loads(body)["code"]


async def ended(session):
    """Wait until the session is known no more."""
    async with asyncio.timeout(1):
        while (answer := await session.get())[0] == 200:
            pass
    assert refusal(answer) == UNKNOWN


async def is_waiting(request):
    await asyncio.sleep(ARRIVAL_SECONDS)
    assert not request.done()


async def test_a_session_is_used_through_processes_in_turn(http, balanced):
    session = await Polling(http, f"{balanced}/engine.io/").open()
    sent = [f"4{number}" for number in range(60)]
    received = []
    for packets in zip(sent[::2], sent[1::2], strict=True):
        assert await session.post("\x1e".join(packets)) == (200, "ok")
        received += await session.receive(1)
    assert received == sent


async def test_a_poll_waits_elsewhere_until_there_is_something_to_tell(session):
    poll = asyncio.create_task(session.get())
    await is_waiting(poll)
    await session.post("4hello\x1ebAQI=")
    assert await poll == (200, "4hello\x1ebAQI=")


async def test_large_packets_pass_both_ways_and_larger_ones_are_refused(session):
    large = "4" + "é" * 400_000
    assert await session.post(large) == (200, "ok")
    assert await session.receive() == [large]
    status, _ = await session.post("4" + "x" * 1_000_000)
    assert status == 413
    assert await session.post("4still here") == (200, "ok")


async def test_a_body_without_a_length_is_limited_too(session):
    async def pieces():
        for _ in range(20):
            yield b"4" + b"x" * 99_999

    status, _ = await session.post(pieces())
    assert status == 413


async def test_two_polls_at_once_end_the_session_wherever_they_come(session, gateway):
    first = asyncio.create_task(session.get())
    await is_waiting(first)
    session.address = gateway.a.engineio
    assert refusal(await session.get()) == BAD_REQUEST
    assert await first == (200, "1")
    assert refusal(await session.get()) == UNKNOWN


async def test_two_pushes_at_once_end_the_session_wherever_they_come(session, gateway):
    has_come = asyncio.Event()

    async def slowly():
        yield b"4hel"
        await has_come.wait()
        yield b"lo"

    first = asyncio.create_task(session.post(slowly()))
    await is_waiting(first)
    session.address = gateway.a.engineio
    assert refusal(await session.post("4second")) == BAD_REQUEST
    has_come.set()
    assert refusal(await first) == BAD_REQUEST
    assert refusal(await session.get()) == UNKNOWN


@pytest.mark.parametrize("body", ["", "abc", "4ok\x1e9", "bAQ"])
async def test_a_malformed_push_ends_the_session(session, body):
    poll = asyncio.create_task(session.get())
    await is_waiting(poll)
    assert refusal(await session.post(body)) == BAD_REQUEST
    assert (await poll)[1].endswith("1")
    assert refusal(await session.get()) == UNKNOWN


async def test_a_binary_push_ends_the_session(session):
    assert refusal(await session.post("4x", **{"content-type": "application/octet-stream"})) == BAD_REQUEST
    assert refusal(await session.get()) == UNKNOWN


async def test_a_client_that_closes_is_answered(session):
    poll = asyncio.create_task(session.get())
    await is_waiting(poll)
    assert await session.post("1") == (200, "ok")
    assert await poll == (200, "6")


async def test_a_poll_that_the_client_gives_up_ends_the_session(session):
    poll = asyncio.create_task(session.get())
    await is_waiting(poll)
    poll.cancel()
    async with asyncio.timeout(1):
        while (await session.post("6"))[0] == 200:
            pass
    await ended(session)


async def test_a_push_that_the_client_gives_up_ends_the_session(session):
    async def never_ends():
        yield b"4hel"
        await asyncio.Event().wait()

    push = asyncio.create_task(session.post(never_ends()))
    await is_waiting(push)
    push.cancel()
    await ended(session)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("EIO=4&transport=polling&sid=unknown", 1),
        ("EIO=4&transport=abc&sid={sid}", 0),
        ("EIO=4&transport=websocket&sid={sid}", 3),
        ("EIO=4&transport=polling&sid={sid}x", 1),
        ("EIO=4&transport=polling&sid=invented.{sid}", 1),
    ],
)
async def test_wrong_requests_are_refused_and_harm_nobody(http, session, query, code):
    async with http.get(f"{session.address}?{query.format(sid=session.sid)}") as response:
        assert (response.status, (await response.json())["code"]) == (400, code)
    async with http.put(session.url) as response:
        assert (response.status, (await response.json())["code"]) == (400, 2)
    await session.post("4hello")
    assert await session.receive() == ["4hello"]


async def test_heartbeats_go_on_through_other_processes(http, gateway):
    session = await Elsewhere.opened(http, gateway.a.socketio, gateway.b.socketio)
    await session.join()
    end = time.monotonic() + 2  # a session lives 1.3 s without a heartbeat
    while time.monotonic() < end:
        await session.post('421["heartbeats"]')
        (acked,) = await session.receive()
    assert json.loads(acked.removeprefix("431"))[0] >= 1


async def test_the_end_of_the_process_that_has_the_session_is_told_at_once(http, mortal_gateway):
    here, there = mortal_gateway.a.engineio, mortal_gateway.b.engineio
    used, waits = [await Elsewhere.opened(http, here, there) for _ in range(2)]
    polls = [asyncio.create_task(session.get()) for session in (used, waits)]
    await is_waiting(polls[0])
    mortal_gateway.a.process.kill()
    mortal_gateway.a.process.wait()
    before = time.monotonic()
    assert refusal(await used.post("4hello")) == UNKNOWN
    assert time.monotonic() - before < 0.5
    for poll in polls:
        assert refusal(await asyncio.wait_for(poll, 4)) == UNKNOWN, "who only waits is told, too"


async def test_a_session_ends_when_the_process_that_polled_for_it_dies(http, mortal_gateway):
    session = await Elsewhere.opened(http, mortal_gateway.a.socketio, mortal_gateway.b.socketio)
    sid = json.loads((await session.join())[0].removeprefix("40"))["sid"]
    poll = asyncio.create_task(session.get())
    await is_waiting(poll)
    mortal_gateway.b.process.kill()
    with pytest.raises(aiohttp.ClientError):
        await poll
    async with await RawWebSocket.open(mortal_gateway.a.socketio) as witness:
        await witness.send("40")
        async with asyncio.timeout(9):
            diary = []
            while [sid, "transport error"] not in diary:
                await witness.send('421["departures"]')
                while not (packet := await witness.receive()).startswith("431"):
                    pass
                diary = json.loads(packet.removeprefix("431"))[0]
                await asyncio.sleep(0.05)


async def test_without_redis_sessions_go_on_where_they_live_and_end_elsewhere(http, mortal_gateway):
    a, b = mortal_gateway.a.engineio, mortal_gateway.b.engineio
    here = await Polling(http, a).open()
    session = await Elsewhere.opened(http, a, b)
    poll = asyncio.create_task(session.get())
    await is_waiting(poll)
    mortal_gateway.redis.kill()
    assert refusal(await poll) == UNKNOWN
    assert refusal(await session.get()) == UNKNOWN
    await here.post("4hello")
    assert await here.receive() == ["4hello"]
    new = await Polling(http, b).open()
    await new.post("4new")
    assert await new.receive() == ["4new"]
    # … and what was opened meanwhile is reached from everywhere once it is back.
    mortal_gateway.redis.start()
    new.address = a
    async with asyncio.timeout(5):
        while (await new.post("4again"))[0] != 200:
            pass
    assert "4again" in await new.receive()


async def test_a_redis_that_hangs_ends_the_requests_that_need_it_and_no_others(http, mortal_gateway):
    a, b = mortal_gateway.a.engineio, mortal_gateway.b.engineio
    here = await Polling(http, a).open()
    session = await Elsewhere.opened(http, a, b)
    mortal_gateway.redis.process.send_signal(signal.SIGSTOP)
    try:
        assert refusal(await asyncio.wait_for(session.post("4hello"), 4)) == UNKNOWN
        await here.post("4hello")
        assert await here.receive() == ["4hello"]
    finally:
        mortal_gateway.redis.process.send_signal(signal.SIGCONT)
