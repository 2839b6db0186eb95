"""Clients that come back after their connection broke, to the same process or another, and miss nothing."""

import asyncio
import json

import pytest

from tests.support.socketio_clients import Polling, RawWebSocket, join, open_session

EVERYWHERE = ["here", "elsewhere"]


def data_of(packet):
    return json.loads(packet[packet.index("[" if "[" in packet else "{") :])


class Recoverable:
    """A client with connection state recovery, as socket.io-client has it."""

    def __init__(self, auth=None):
        self.auth = {"recovery": True, **(auth or {})}
        self.pid = self.sid = self.offset = self.websocket = None
        self.missed = []
        self.recovered = False

    async def connect(self, server, **auth):
        """Connect, or come back; what comes before the CONNECT reply is `missed`."""
        self.missed = []
        self.websocket = await open_session(server.socketio)
        back = {"pid": self.pid, "offset": self.offset} if self.pid else {}
        await self.websocket.send(f"40{json.dumps({**back, **self.auth, **auth})}")
        while (packet := await self.websocket.receive()).startswith("42"):
            self.missed.append(self.heard(packet))
        assert packet.startswith("40"), packet
        reply = data_of(packet)
        assert set(reply) == {"sid", "pid"}
        self.recovered = reply["pid"] == self.pid
        assert (reply["sid"] == self.sid) is self.recovered
        self.pid, self.sid = reply["pid"], reply["sid"]
        if not self.recovered:
            assert (await self.next())[0] == "auth"
        return self

    def heard(self, packet):
        *event, self.offset = data_of(packet)
        assert isinstance(self.offset, str)
        return event

    async def next(self):
        return self.heard(await self.websocket.receive())

    async def ask(self, event, *data):
        await self.websocket.send(f"421{json.dumps([event, *data])}")
        answer = await self.websocket.receive()
        assert answer.startswith("431"), answer
        return data_of(answer)[0]

    async def breaks(self):
        """The connection breaks, and the server has noticed."""
        await self.websocket.connection.close()


@pytest.fixture(params=EVERYWHERE)
def there(request, gateway):
    """The process to which a client comes back that was connected to the first."""
    return gateway.servers[EVERYWHERE.index(request.param)]


@pytest.fixture
async def speaker(gateway):
    async with await open_session(gateway.b.socketio) as websocket:
        await join(websocket)
        yield websocket


async def say(speaker, room, *numbers):
    for number in numbers:
        await speaker.send(f'421["to-room","{room}","said",{number}]')
        assert await speaker.receive() == '431[{"ok":true}]'


@pytest.fixture
async def client(gateway):
    client = await Recoverable().connect(gateway.a)
    yield client
    await client.websocket.connection.close()


@pytest.fixture
async def room(client):
    await client.ask("join", client.sid)
    return client.sid


async def test_missed_events_come_first_and_the_socket_goes_on(client, room, speaker, there):
    await say(speaker, room, 1)
    assert await client.next() == ["said", 1]
    await client.breaks()
    await say(speaker, room, 2, 3)
    await client.connect(there)
    assert client.recovered
    assert client.missed == [["said", 2], ["said", 3]]
    assert (await client.ask("handshake"))["recovered"] is True
    await say(speaker, room, 4)
    assert await client.next() == ["said", 4]


async def test_what_was_on_its_way_when_the_connection_broke_comes_again(client, room, speaker, there):
    offset = client.offset
    await say(speaker, room, 1, 2)
    assert [await client.next(), await client.next()] == [["said", 1], ["said", 2]]
    client.offset = offset  # as if neither had come
    await client.breaks()
    await client.connect(there)
    assert client.missed == [["said", 1], ["said", 2]]


async def test_a_client_comes_back_again_and_again_wherever(client, room, speaker, gateway):
    for number in range(5):
        await client.breaks()
        await say(speaker, room, number)
        await client.connect(gateway.servers[number // 2 % 2])
        assert client.recovered
        assert client.missed == [["said", number]]


async def test_a_connection_that_only_seems_to_be_alive_is_closed(client, room, speaker, there):
    old = client.websocket
    await say(speaker, room, 1)
    await client.connect(there)
    assert client.recovered
    assert client.missed == [["said", 1]]
    await old.closed(1)


async def test_nothing_is_missed_or_doubled_while_a_client_comes_back(client, room, speaker, gateway):
    async def talk():
        for number in range(300):
            await say(speaker, room, number)

    talking = asyncio.create_task(talk())
    heard = []
    for turn in range(8):
        while len(heard) < 20 * (turn + 1):
            heard.append(await client.next())
        await client.breaks()
        await client.connect(gateway.servers[turn % 2])
        assert client.recovered
        heard += client.missed
    while len(heard) < 300:
        heard.append(await client.next())
    assert heard == [["said", number] for number in range(300)]
    await talking


async def test_a_polling_client_comes_back_too(http, client, room, speaker, there):
    await client.breaks()
    await say(speaker, room, 1)
    session = await Polling(http, there.socketio).open()
    await session.post(f"40{json.dumps({'pid': client.pid, 'offset': client.offset})}")
    missed, reply = await session.receive(2)
    assert client.heard(missed) == ["said", 1]
    assert data_of(reply) == {"sid": client.sid, "pid": client.pid}


async def test_a_socket_that_has_moved_is_found_by_its_old_name(http, gateway, speaker, there):
    session = await Polling(http, gateway.a.socketio).open()
    await session.post('40{"recovery":true}')
    reply, auth = await session.receive(2)
    client = Recoverable()
    client.pid, client.sid = data_of(reply)["pid"], data_of(reply)["sid"]
    client.heard(auth)
    await session.post(f'421["join","{client.sid}"]')
    await session.receive(1)
    websocket = await RawWebSocket.open(gateway.b.socketio, f"EIO=4&transport=websocket&sid={session.sid}")
    await websocket.send("2probe", "5")
    assert await websocket.receive() == "3probe"
    await say(speaker, client.sid, 1)
    assert client.heard(await websocket.receive()) == ["said", 1]
    await websocket.connection.close()
    await say(speaker, client.sid, 2)
    await client.connect(there)
    assert client.recovered
    assert client.missed == [["said", 2]]
    await client.breaks()


@pytest.mark.parametrize(
    "auth",
    [
        {"offset": None},
        {"offset": "x.1"},
        {"offset": 7},
        {"pid": "made.up.pid"},
        {"pid": None},
        {"pid": {"a": 1}},
    ],
)
async def test_who_brings_something_else_gets_a_new_session(client, room, speaker, there, auth):
    await client.breaks()
    await say(speaker, room, 1)
    await client.connect(there, **auth)
    assert not client.recovered
    assert client.missed == []
    await say(speaker, room, 2)
    assert await client.ask("answer") == {"ok": True}, "it is in no room"


async def test_a_secret_is_good_once(client, room, there):
    second = Recoverable()
    second.pid, second.sid, second.offset = client.pid, client.sid, client.offset
    await client.breaks()
    await client.connect(there)
    await client.breaks()
    await client.connect(there)
    assert client.recovered
    thief = Recoverable()
    thief.pid, thief.offset = client.pid, "x.1"
    await thief.connect(there)
    assert not thief.recovered
    await thief.breaks()


@pytest.mark.parametrize("leaves", ["41", '42["kick"]', '42["kick-all"]'])
async def test_who_left_or_was_put_out_is_not_recovered(client, there, leaves):
    await client.websocket.send(leaves)
    if "kick" in leaves:
        assert await client.websocket.receive() == "41"
    await client.breaks()
    await client.connect(there)
    assert not client.recovered


async def test_a_secret_is_good_for_its_namespace_only(client, there):
    await client.breaks()
    websocket = await open_session(there.socketio)
    await websocket.send(f"40/custom,{json.dumps({'pid': client.pid, 'offset': client.offset})}")
    reply = data_of(await websocket.receive())
    assert reply["sid"] != client.sid
    assert "pid" not in reply, "which did not ask for recovery"
    await websocket.connection.close()
    await client.connect(there)
    assert client.recovered


async def test_who_missed_too_much_gets_a_new_session(client, room, speaker, there):
    await client.breaks()
    for _ in range(27):
        await speaker.send(f'421["to-room","{room}","said","{"x" * 40_000}"]')
        assert await speaker.receive() == '431[{"ok":true}]'
    await client.connect(there)
    assert not client.recovered


async def test_events_to_be_acked_and_acks_carry_no_offset(client):
    await client.websocket.send('42["ask","question",1,2000]')
    assert await client.websocket.receive() == '420["question",1]'
    await client.websocket.send('430["yes"]')
    assert await client.next() == ["ask-result", {"ok": True, "args": ["yes"]}]
    await client.websocket.send('425["message-with-ack","text"]')
    assert await client.websocket.receive() == '435["text"]'


async def test_who_does_not_ask_for_recovery_gets_neither_pid_nor_offsets(gateway):
    async with await open_session(gateway.a.socketio) as websocket:
        await websocket.send('40{"recovery":"yes"}')
        assert set(data_of(await websocket.receive())) == {"sid"}
        assert await websocket.receive() == '42["auth",{"recovery":"yes"}]'


async def test_without_redis_clients_come_back_where_they_were(mortal_gateway):
    here, elsewhere = [await Recoverable().connect(mortal_gateway.a) for _ in range(2)]
    mortal_gateway.redis.kill()
    await here.breaks()
    await elsewhere.breaks()
    await here.connect(mortal_gateway.a)
    assert here.recovered
    await elsewhere.connect(mortal_gateway.b)
    assert not elsewhere.recovered
    await here.breaks()
    await elsewhere.breaks()
