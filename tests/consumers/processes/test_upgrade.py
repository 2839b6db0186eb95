"""An upgrade whose WebSocket comes to another process than the session lives in: it moves there."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from tests.consumers.test_genuine_clients import run_in_node
from tests.support.balancer import balancing
from tests.support.socketio_clients import ARRIVAL_SECONDS, Polling, RawWebSocket, join, open_session

ROUNDS = 25


@pytest.fixture
async def websockets():
    opened = []
    yield opened
    for websocket in opened:
        await websocket.connection.close()


@pytest.fixture
def upgrade(gateway, websockets):
    """Opens a WebSocket to the other process for a session."""

    async def upgrade_of(session, server=gateway.b):
        address = session.address.replace(gateway.a.origin, server.origin)
        websocket = await RawWebSocket.open(address, f"EIO=4&transport=websocket&sid={session.sid}")
        websockets.append(websocket)
        return websocket

    return upgrade_of


@pytest.fixture
def moved(upgrade):
    """Has a session moved to the other process."""

    async def move(session):
        websocket = await upgrade(session)
        await websocket.send("2probe")
        assert await websocket.receive() == "3probe"
        await websocket.send("5")
        return websocket

    return move


@pytest.fixture
async def session(http, gateway):
    return await Polling(http, gateway.a.engineio).open()


@pytest.fixture
async def joined(http, gateway):
    """A Socket.IO session whose `name` is the socket's id."""
    session = await Polling(http, gateway.a.socketio).open()
    session.name = json.loads((await session.join())[0].removeprefix("40"))["sid"]
    return session


async def test_the_websocket_takes_over_with_what_was_buffered(session, upgrade):
    websocket = await upgrade(session)
    poll = asyncio.create_task(session.get())
    await asyncio.sleep(ARRIVAL_SECONDS)
    await websocket.send("2probe")
    assert await websocket.receive() == "3probe"
    _, released = await asyncio.wait_for(poll, 1)
    assert released in ("6", "2"), "the waiting poll is released, if no ping has ended it before"
    pong = "3\x1e" if released == "2" else ""
    assert await session.post(f"{pong}4one\x1ebAQ==\x1e4two") == (200, "ok"), "pushes go on by polling"
    await websocket.send("5", "4three")
    assert [await websocket.receive() for _ in range(4)] == ["4one", b"\x01", "4two", "4three"]
    await websocket.pinged(2)
    assert websocket.is_open


async def test_probe_and_upgrade_may_come_together(session, upgrade):
    websocket = await upgrade(session)
    await websocket.send("2probe", "5", "4hello")
    assert [await websocket.receive() for _ in range(2)] == ["3probe", "4hello"]


async def test_after_the_upgrade_polling_is_refused_everywhere_and_the_session_unharmed(
    http, session, moved, upgrade, gateway
):
    websocket = await moved(session)
    await websocket.send("4ready")
    await websocket.receive()
    for server in gateway.servers:
        session.address = server.engineio
        for status, body in (await session.get(), await session.post("4x")):
            assert (status, json.loads(body)["code"]) == (400, 3)
        session.address = gateway.a.engineio
        second = await upgrade(session, server)
        await second.closed()
    await websocket.send("4hello")
    assert await websocket.receive() == "4hello"


@pytest.mark.parametrize("packets", [["5"], ["4hello"], ["2probe", "4hello"], ["2probe", b"5"], []])
async def test_a_probe_that_fails_leaves_polling_as_it_was(session, upgrade, moved, packets):
    websocket = await upgrade(session)
    if packets:
        await websocket.send(*packets)
        await websocket.closed()
    else:
        await websocket.connection.close()
    await session.post("4hello")
    assert await session.receive(1) == ["4hello"]
    again = await moved(session)
    await again.send("4again")
    assert await again.receive() == "4again"


async def test_an_upgrade_that_takes_too_long_is_given_up(session, upgrade):
    websocket = await upgrade(session)
    await websocket.send("2probe")
    await websocket.receive()
    polling = asyncio.create_task(session.receive(1))
    await websocket.closed()
    await session.post("4hello")
    assert "4hello" in await polling


async def test_a_wrong_sid_opens_nothing(session, upgrade):
    session.sid += "x"
    with pytest.raises(InvalidStatus) as refused:
        await upgrade(session)
    assert refused.value.response.status_code == 400


async def test_what_was_asked_for_is_finished_and_acked_before(joined, moved):
    await joined.post('421["slow",0.3]\x1e422["answer"]')
    websocket = await moved(joined)
    await websocket.send('423["answer"]')
    acks = [await websocket.receive() for _ in range(3)]
    assert acks == ['431[{"ok":true,"slept":0.3}]', '432[{"ok":true}]', '433[{"ok":true}]']


async def test_attachments_may_come_after_the_upgrade(joined, moved):
    await joined.post('451-["message",{"_placeholder":true,"num":0}]')
    websocket = await moved(joined)
    await websocket.send(b"\x01\x02")
    assert await websocket.receive() == '451-["message-back",{"_placeholder":true,"num":0}]'
    assert await websocket.receive() == b"\x01\x02"


async def test_a_socket_that_moves_stays_what_it_was_and_nobody_hears_of_it(joined, moved, gateway):
    await joined.post("40/custom,")
    await joined.receive(2)
    websocket = await moved(joined)
    await websocket.send('421["handshake"]', '42/custom,1["answer"]')
    handshake = json.loads((await websocket.receive()).removeprefix("431"))[0]
    assert handshake["query"]["transport"] == "polling", "it is the handshake of the session"
    assert await websocket.receive() == '43/custom,1[{"ok":true}]'
    async with await open_session(gateway.a.socketio) as witness:
        await join(witness)
        await witness.send('421["departures"]')
        diary = json.loads((await witness.receive()).removeprefix("431"))[0]
    assert joined.name not in [who for who, _ in diary]


async def test_a_namespace_that_it_was_put_out_of_stays_closed(joined, moved):
    await joined.post("40/custom,")
    await joined.receive(2)
    await joined.post('42/custom,["kick"]')
    assert await joined.receive() == ["41/custom,"]
    websocket = await moved(joined)
    await websocket.send('42/custom,["message"]', '421["answer"]')
    assert await websocket.receive() == '431[{"ok":true}]', "what was on its way is ignored"
    await join(websocket, "/custom")


async def test_rooms_are_heard_without_gap_and_once_while_sessions_move(http, gateway, moved):
    said = 0

    async def talk(speaker):
        nonlocal said
        while True:
            await speaker.send(f'421["to-room","moving","said",{said}]')
            await speaker.receive()
            said += 1

    async with await open_session(gateway.b.socketio) as speaker:
        await join(speaker)
        talking = asyncio.create_task(talk(speaker))
        for _ in range(10):
            session = await Polling(http, gateway.a.socketio).open()
            await session.join()
            await session.post('421["join","moving"]')
            heard = []
            while not heard:
                heard = [packet for packet in await session.receive() if packet.startswith("42")]
            websocket = await moved(session)
            target = said + 20
            while not heard or json.loads(heard[-1][2:])[1] < target:
                heard.append(await websocket.receive())
            numbers = [json.loads(packet[2:])[1] for packet in heard if packet.startswith('42["said"')]
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
        talking.cancel()


def elsewhere(head):
    """Handshakes to the first process, WebSockets to the second, everything else in turn."""
    if "sid=" not in head:
        return 0
    return 1 if "upgrade: websocket" in head.lower() else None


async def test_nothing_is_lost_doubled_or_reordered_while_genuine_clients_move(gateway):
    async with balancing(gateway.ports, elsewhere) as balancer:
        rounds = await run_in_node(balancer, "upgrade", "default", ROUNDS)
    expected = {"firstTransport": "polling", "transport": "websocket", "inOrder": True, "count": 100}
    assert rounds == [expected] * ROUNDS
    assert len([process for process, line in balancer.requests if "transport=websocket" in line]) == ROUNDS
    polls = [process for process, line in balancer.requests if "sid=" in line and "polling" in line]
    assert {0, 1} == set(polls)


async def test_a_genuine_client_that_is_not_upgraded_talks_through_processes_in_turn(gateway):
    async with balancing(gateway.ports) as balancer:
        saw = await run_in_node(balancer, "conversation", "polling")
        assert saw["lastTransport"] == "polling"
        assert saw["acked"] == ["a", {"type": "Buffer", "data": [9]}]
        assert saw["gone"] == "io client disconnect"


async def test_a_session_ends_cleanly_when_the_process_it_moves_to_dies(http, mortal_gateway):
    session = await Polling(http, mortal_gateway.a.socketio).open()
    name = json.loads((await session.join())[0].removeprefix("40"))["sid"]
    await session.post('421["slow",1]')
    websocket = await RawWebSocket.open(
        mortal_gateway.b.socketio, f"EIO=4&transport=websocket&sid={session.sid}"
    )
    await websocket.send("2probe")
    await websocket.receive()
    await websocket.send("5")
    await asyncio.sleep(ARRIVAL_SECONDS)
    mortal_gateway.b.process.kill()
    async with await open_session(mortal_gateway.a.socketio) as witness:
        await join(witness)
        async with asyncio.timeout(12):
            reasons = []
            while not reasons:
                await witness.send('421["departures"]')
                diary = json.loads((await witness.receive()).removeprefix("431"))[0]
                reasons = [why for who, why in diary if who == name]
    assert reasons == ["transport error"]
