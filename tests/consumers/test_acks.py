"""Acks in both directions: what is answered, what is not, and what happens without an answer."""

import asyncio
import json
import time

import pytest

from tests.support.socketio_clients import join, open_session


@pytest.fixture
async def member(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        yield websocket


# The server acks


async def test_an_ack_answers_its_id_once_even_when_that_is_zero(member):
    await member.send('42456["message-with-ack",1,"2",{"3":[false]}]', '420["message-with-ack"]')
    assert await member.receive() == '43456[1,"2",{"3":[false]}]'
    assert await member.receive() == "430[]"


async def test_an_ack_id_may_be_as_great_as_a_number_in_javascript(member):
    await member.send('429007199254740992["message-with-ack",1]')
    assert await member.receive() == "439007199254740992[1]"


async def test_an_empty_ack_is_an_empty_list(member):
    await member.send('427["ack-empty","x"]', '428["noack","x"]', '429["answer"]')
    assert await member.receive() == "437[]"
    assert await member.receive() == '439[{"ok":true}]', "what a handler does not ack stays unanswered"


async def test_an_ack_goes_to_the_namespace_that_was_asked(member):
    await join(member, "/custom")
    await member.send('42/custom,1["message-with-ack","c"]', '421["message-with-ack","m"]')
    assert [await member.receive() for _ in range(2)] == ['43/custom,1["c"]', '431["m"]']


async def test_nothing_is_acked_by_itself(member):
    await member.send('421["message"]', '42["message-with-ack"]', '42["unheard-of"]', '422["answer"]')
    assert await member.receive() == '42["message-back"]'
    assert await member.receive() == '432[{"ok":true}]'


async def test_an_error_is_an_ack_when_one_is_wanted_and_else_an_event(member):
    await member.send('421["refused"]', '42["refused"]', '42["answer"]', '422["answer"]')
    assert await member.receive() == '431[{"ok":false,"error":{"code":"invalid","message":"No."}}]'
    assert await member.receive() == '42["error",{"code":"invalid","message":"No.","event":"refused"}]'
    assert await member.receive() == '432[{"ok":true}]'


async def test_an_ack_that_no_client_takes_is_an_error(member):
    eleven = ",".join(['{"_placeholder":true,"num":0}'] * 11)
    await member.send(f'451-1["message-with-ack",{eleven}]', b"x", '422["answer"]')
    answer = await member.receive()
    assert answer.startswith('431[{"ok":false,"error":{"code":"error","message":'), answer
    assert await member.receive() == '432[{"ok":true}]', "the connection goes on"


async def test_acks_that_nobody_waits_for_are_ignored(member):
    await member.send("431[]", "43999[1]", '421["answer"]')
    assert await member.receive() == '431[{"ok":true}]'


# The client acks


async def asked(websocket, event="question", payload='{"a":1}', milliseconds=5000, namespace=""):
    """Have the server ask; return the id it wants to be acked."""
    await websocket.send(f'42{namespace}["ask","{event}",{payload},{milliseconds}]')
    question = await websocket.receive()
    ack_id, _, rest = question.removeprefix(f"42{namespace}").partition("[")
    assert rest == f'"{event}",{payload}]'
    return int(ack_id)


async def test_the_server_asks_and_is_answered(member):
    ack_id = await asked(member)
    await member.send(f'43{ack_id}["yes",{{"b":2}}]')
    assert await member.receive() == '42["ask-result",{"ok":true,"args":["yes",{"b":2}]}]'


async def test_an_answer_may_hold_attachments(member):
    ack_id = await asked(member)
    await member.send(f'461-{ack_id}[{{"_placeholder":true,"num":0}}]', b"\x01")
    assert [await member.receive() for _ in range(2)] == [
        '451-["ask-result",{"ok":true,"args":[{"_placeholder":true,"num":0}]}]',
        b"\x01",
    ]


async def test_who_does_not_answer_in_time_has_not_answered(member):
    began = time.monotonic()
    ack_id = await asked(member, milliseconds=200)
    assert await member.receive() == '42["ask-result",{"ok":false,"args":[]}]'
    assert 0.2 <= time.monotonic() - began < 1.5
    await member.send(f'43{ack_id}["late"]', '421["answer"]')
    assert await member.receive() == '431[{"ok":true}]', "a late answer is ignored"


async def test_the_first_answer_counts(member):
    ack_id = await asked(member)
    await member.send(f"43{ack_id}[1]", f"43{ack_id}[2]", '421["answer"]')
    assert await member.receive() == '42["ask-result",{"ok":true,"args":[1]}]'
    assert await member.receive() == '431[{"ok":true}]'


async def test_several_questions_have_ids_of_their_own(member):
    first, second = await asked(member), await asked(member)
    assert first != second
    await member.send(f'43{second}["second"]', f'43{first}["first"]')
    answers = [json.loads((await member.receive())[2:])[1]["args"] for _ in range(2)]
    assert answers == [["second"], ["first"]]


async def test_an_answer_from_another_namespace_does_not_count(member):
    await join(member, "/custom")
    ack_id = await asked(member, milliseconds=300)
    await member.send(f'43/custom,{ack_id}["not asked"]')
    assert await member.receive() == '42["ask-result",{"ok":false,"args":[]}]'


async def test_who_leaves_has_not_answered_and_nobody_waits_on(member, server):
    async with await open_session(server.socketio) as other:
        await join(other)
        await asked(other, milliseconds=60_000)
    async with asyncio.timeout(3):
        while await open_questions(member):
            pass


async def open_questions(member):
    await member.send('421["open-questions"]')
    return json.loads((await member.receive()).removeprefix("431"))[0]
