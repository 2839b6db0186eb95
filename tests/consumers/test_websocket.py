"""Socket.IO over WebSocket: handshake, namespaces, events, acks, binary data."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.socketio_clients import RawWebSocket, join, open_session

MEGABYTE = 1_000_000


# Engine.IO


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_session_is_opened_even_when_flutter_calls_it_polling(server, transport):
    async with await RawWebSocket.open(server.socketio, f"EIO=4&transport={transport}") as websocket:
        opened = json.loads((await websocket.receive())[1:])
        assert set(opened) == {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
        assert opened["upgrades"] == []
        await join(websocket)


@pytest.mark.parametrize(
    "query",
    [
        "EIO=4",
        "EIO=4&transport=abc",
        "EIO=3&transport=websocket",
        "transport=websocket",
        "EIO=4&transport=websocket&sid=unknown",
    ],
)
async def test_a_bad_handshake_is_refused(server, query):
    with pytest.raises(InvalidStatus) as refused:
        await RawWebSocket.open(server.socketio, query)
    assert refused.value.response.status_code in (400, 403)


async def test_a_bad_handshake_is_told_what_is_wrong_where_the_server_can(uvicorn):
    with pytest.raises(InvalidStatus) as refused:
        await RawWebSocket.open(uvicorn.socketio, "EIO=3&transport=websocket")
    assert refused.value.response.status_code == 400
    assert json.loads(refused.value.response.body)["code"] == 5


async def test_engine_messages_go_both_ways(server):
    async with await open_session(server.engineio) as websocket:
        await websocket.send("4hello", b"\x01\x02", "bAQI=", '4{"a":1}')
        assert [await websocket.receive() for _ in range(4)] == [
            "4hello",
            b"\x01\x02",
            b"\x01\x02",
            '4{"a":1}',
        ]


async def test_b64_makes_binary_data_text(server):
    async with await open_session(server.engineio, "EIO=4&transport=websocket&b64=1") as websocket:
        await websocket.send("bAQI=", "b")
        assert [await websocket.receive() for _ in range(2)] == ["bAQI=", "b"]


@pytest.mark.parametrize("packet", ["", "abc", "7", "1", "b!"])
async def test_a_malformed_or_closing_packet_closes_the_session(server, packet):
    async with await open_session(server.engineio) as websocket:
        await websocket.send(packet)
        await websocket.closed(0.5)


async def test_a_message_of_the_greatest_size_is_taken_and_a_greater_one_closes(uvicorn):
    async with await open_session(uvicorn.engineio) as websocket:
        await websocket.send("4" + "x" * (MEGABYTE - 1))
        assert len(await websocket.receive()) == MEGABYTE
        await websocket.send("4" + "é" * (MEGABYTE // 2))
        assert await websocket.closed() == 1009


# Namespaces


async def test_the_answer_to_a_connect_precedes_what_the_handler_emits(server):
    async with await open_session(server.socketio) as websocket:
        await websocket.send('40/slow,{"token":"1"}')
        assert (await websocket.receive()).startswith('40/slow,{"sid":"')
        assert await websocket.receive() == '42/slow,["early",1]'
        assert await websocket.receive() == '42/slow,["auth",{"token":"1"}]'


async def test_each_namespace_has_an_id_of_its_own_that_is_not_the_sessions(server):
    async with await RawWebSocket.open(server.socketio) as websocket:
        session = json.loads((await websocket.receive())[1:])["sid"]
        ids = {session, await join(websocket), await join(websocket, "/custom")}
        assert len(ids) == 3


async def test_an_unknown_namespace_is_refused_and_the_others_live_on(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send("40/random")
        assert await websocket.receive() == '44/random,{"message":"Invalid namespace"}'
        await websocket.send('421["answer"]')
        assert await websocket.receive() == '431[{"ok":true}]'


async def test_a_query_is_part_of_a_namespaces_name(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send("40/custom?token=1,{}")
        assert await websocket.receive() == '44/custom?token=1,{"message":"Invalid namespace"}'


async def test_the_comma_after_a_namespace_may_be_left_out_at_the_end(server):
    async with await open_session(server.socketio) as websocket:
        for wire in ("40/custom", "40/custom,"):
            await websocket.send(wire)
            assert (await websocket.receive()).startswith('40/custom,{"sid":"')
            assert await websocket.receive() == '42/custom,["auth",{}]'
            await websocket.send(wire.replace("40", "41"))


async def test_a_refused_client_gets_the_refusal_and_nothing_else(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send("40/refusing", '42/refusing,["message"]', '421["answer"]')
        assert json.loads((await websocket.receive()).removeprefix("44/refusing,")) == {
            "message": "The token has expired.",
            "data": {"code": "token_expired"},
        }
        assert await websocket.receive() == '431[{"ok":true}]'


async def test_a_quick_leave_and_return_is_two_stays(server):
    async with await open_session(server.socketio) as websocket:
        await websocket.send("40/slow", "41/slow", '40/slow,{"token":"2"}')
        answers = [await websocket.receive() for _ in range(3)]
        assert answers[0].startswith("40/slow,"), answers
        assert answers[1:] == ['42/slow,["early",1]', '42/slow,["auth",{"token":"2"}]']


async def test_a_handler_sees_where_the_client_came_from(server):
    query = "EIO=4&transport=websocket&shop=5"
    async with await open_session(server.socketio, query, user_agent_header="Tester/1") as websocket:
        await join(websocket)
        await websocket.send('421["handshake"]')
        handshake = json.loads((await websocket.receive()).removeprefix("431"))[0]
        assert handshake["query"]["shop"] == "5"
        assert handshake["header"]["user-agent"] == "Tester/1"
        assert handshake["address"] == "127.0.0.1"


# Events and acks


async def test_events_are_echoed_byte_for_byte(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('42["message",1,"2",{"3":[true]}]')
        assert await websocket.receive() == '42["message-back",1,"2",{"3":[true]}]'


async def test_attachments_go_both_ways(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        two = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'
        await websocket.send(f'452-["message",{two}]', b"\x01", b"\x02")
        assert [await websocket.receive() for _ in range(3)] == [
            f'452-["message-back",{two}]',
            b"\x01",
            b"\x02",
        ]
        await websocket.send(f'452-789["message-with-ack",{two}]', b"\x03", b"\x04")
        assert [await websocket.receive() for _ in range(3)] == [f"462-789[{two}]", b"\x03", b"\x04"]


async def test_attachments_are_text_for_whom_that_is_all_that_can_go(server):
    async with await open_session(server.socketio, "EIO=4&transport=websocket&b64=1") as websocket:
        await join(websocket)
        await websocket.send('451-1["message-with-ack",{"_placeholder":true,"num":0}]', "b/w==")
        assert [await websocket.receive() for _ in range(2)] == [
            '461-1[{"_placeholder":true,"num":0}]',
            "b/w==",
        ]


async def test_ten_attachments_are_taken_and_sent(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        placeholders = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(10))
        attachments = [bytes([number]) * number for number in range(10)]
        await websocket.send(f'4510-["message",{placeholders}]', *attachments)
        assert await websocket.receive() == f'4510-["message-back",{placeholders}]'
        echoed = [await websocket.receive() for _ in range(10)]
        assert echoed == ["b", *attachments[1:]], "an empty one as text, for daphne drops it"


async def test_events_are_handled_in_order_while_reading_goes_on(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["slow",0.6]', *[f'42["message",{number}]' for number in range(400)])
        assert await websocket.receive() == '431[{"ok":true,"slept":0.6}]'
        for number in range(400):
            assert await websocket.receive() == f'42["message-back",{number}]'
        assert websocket.pings


async def test_a_handler_that_fails_harms_nobody(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["fail"]', '422["answer"]')
        assert await websocket.receive() == '432[{"ok":true}]'
