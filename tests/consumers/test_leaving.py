"""Leaving: one namespace or all, of one's own will or not, and what the handlers are told."""

import asyncio
import json

import pytest

from tests.support.socketio_clients import (
    ARRIVAL_SECONDS,
    Polling,
    again_when_a_ping_comes,
    join,
    open_session,
)


async def test_leaving_one_namespace_keeps_the_other(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        custom = await join(websocket, "/custom")
        await websocket.send("41/custom", '42["message","to main"]', '421["departures"]')
        assert await websocket.receive() == '42["message-back","to main"]'
        departures = json.loads((await websocket.receive()).removeprefix("431"))[0]
        assert [custom, "client namespace disconnect"] in departures


async def test_who_has_left_is_told_nothing_more_though_something_it_asked_for_goes_on(server):
    async with (
        await open_session(server.socketio) as leaver,
        await open_session(server.socketio) as speaker,
    ):
        for websocket in (leaver, speaker):
            await join(websocket)
            await websocket.send('421["join","the room"]')
            await websocket.receive()
        await join(leaver, "/custom")
        said = '["said",true]'
        await speaker.send(f'422["to-room","the room",{said[1:-1]}]')
        assert await leaver.receive() == f"42{said}"
        await leaver.send('42["slow",0.5]', "41", '42/custom,["message","still here"]')
        await asyncio.sleep(ARRIVAL_SECONDS)
        await speaker.send(f'423["to-room","the room",{said[1:-1]}]')
        assert await leaver.receive() == '42/custom,["message-back","still here"]'


async def test_a_client_that_left_the_main_namespace_is_still_connected(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send("41")
        await websocket.pinged(2)
        await join(websocket)
        await websocket.send('421["answer"]')
        assert await websocket.receive() == '431[{"ok":true}]'


async def test_a_kicked_client_is_told_and_keeps_its_other_namespaces(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await join(websocket, "/custom")
        await websocket.send('42/custom,["kick"]', '42/custom,["message"]', '421["answer"]')
        assert await websocket.receive() == "41/custom,"
        assert await websocket.receive() == '431[{"ok":true}]'


async def test_a_kicked_client_may_join_again(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('42["kick"]')
        assert await websocket.receive() == "41"
        await join(websocket)


async def test_who_is_put_out_of_everything_is_told_for_each_namespace(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await join(websocket, "/custom")
        await websocket.send('42/custom,["kick-all"]')
        assert [await websocket.receive() for _ in range(2)] == ["41", "41/custom,"]
        await websocket.closed()


async def test_by_polling_who_is_put_out_is_told_and_closed(http, server):
    session = await Polling(http, server.socketio).open()
    await session.join()
    await session.post('42["kick-all"]')
    assert await session.get() == (200, "41"), "alone, for socket.io-client forgets what comes with a close"
    assert await session.get() == (200, "1")
    assert (await session.get())[0] == 400


async def test_a_connection_that_is_closed_is_not_told_to_stay_away(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('42["close"]')
        await websocket.closed()
        assert websocket.has_nothing_more


# What handlers are told


MANNERS = {
    "it closes the session": (["1"], "transport close"),
    "it closes the WebSocket": ([], "transport close"),
    "it sends what is no event": (["42{}"], "parse error"),
    "it sends for a namespace it is not in": (["42/x,[1]"], "forced close"),
    "it pings": (["2"], "transport error"),
    "it sends too much": (["4" + "x" * 1_000_000], "transport error"),
    "it leaves the namespace": (["41"], "client namespace disconnect"),
    "it is put out of the namespace": (['42["kick"]'], "server namespace disconnect"),
    "it is put out of everything": (['42["kick-all"]'], "server namespace disconnect"),
    "its connection is closed": (['42["close"]'], "forced server close"),
    "it does not answer pings": (None, "ping timeout"),
}


@pytest.mark.parametrize("manner", MANNERS)
async def test_handlers_learn_once_why_a_client_left(uvicorn, manner):
    last_words, reason = MANNERS[manner]
    async with await open_session(uvicorn.socketio) as witness:
        await join(witness)
        answers_pings = last_words is not None
        async with await open_session(uvicorn.socketio, answers_pings=answers_pings) as websocket:
            gone = await join(websocket)
            await websocket.send(*(last_words or []))
            if last_words == []:
                await websocket.connection.close()
            assert await reasons_of(witness, gone) == [reason]
        await witness.pinged(witness.pings + 1)
        assert await reasons_of(witness, gone) == [reason], "and are not told again"


@again_when_a_ping_comes
async def test_handlers_learn_of_a_poll_that_was_aborted(http, uvicorn):
    async with await open_session(uvicorn.socketio) as witness:
        await join(witness)
        session = await Polling(http, uvicorn.socketio).open()
        reply, _ = await session.join()
        poll = await session.waiting_poll()
        poll.cancel()
        gone = json.loads(reply[2:])["sid"]
        assert await reasons_of(witness, gone) == ["transport error"]


async def reasons_of(witness, gone):
    """Wait until handlers know that a client is gone; return all they were told of it."""
    async with asyncio.timeout(4):
        reasons = []
        while not reasons:
            await witness.send('421["departures"]')
            diary = json.loads((await witness.receive()).removeprefix("431"))[0]
            reasons = [why for who, why in diary if who == gone]
    return reasons
