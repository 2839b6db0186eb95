"""What no client may send ends its connection, at once, and no other."""

import base64
import time

import pytest

from tests.support.socketio_clients import (
    RECORD_SEPARATOR,
    Polling,
    again_when_a_ping_comes,
    join,
    open_session,
)

AT_ONCE_SECONDS = 0.15

RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]
ATTACHMENT = '{"_placeholder":true,"num":0}'

VIOLATIONS = {
    "an empty Engine.IO packet": [""],
    "an unknown Engine.IO type": ["9"],
    "an empty Socket.IO packet": ["4"],
    "an unknown Socket.IO type": ["4abc"],
    "JSON that ends too early": ['42["a"'],
    "an event that is an object": ["42{}"],
    "an event without a name": ["42[]"],
    "an event named by an object": ["42[{}]"],
    **{f"the event {name}": [f'42["{name}"]'] for name in RESERVED},
    "an event named true": ["42[true]"],
    "an event that is a text": ['42"message"'],
    "an event without a payload": ["42"],
    "something after the JSON": ['42["message"]x'],
    "a letter as ack id": ['42abc["message-with-ack"]'],
    "an ack id beyond all numbers": ['429007199254740993["message-with-ack"]'],
    "a negative ack id": ['42-1["message-with-ack"]'],
    "an ack that is an object": ["431{}"],
    "an ack without a payload": ["431"],
    "a disconnect with a payload": ["41{}"],
    "an event for another namespace": ['42/other,["a"]'],
    "an ack for another namespace": ["43/other,1[]"],
    "a disconnect from another namespace": ["41/other"],
    "a second connect": ["40"],
    "a connect with an array": ["40/custom,[]"],
    "a connect with a text": ['40/custom,"token"'],
    "a connect error": ['44{"message":"no"}'],
    "binary data that nobody announced": [b"x"],
    "text while attachments are due": [f'451-["message",{ATTACHMENT}]', '42["message"]'],
    "a placeholder out of range": ['451-["message",{"_placeholder":true,"num":1}]', b"x"],
    "a negative placeholder": ['451-["message",{"_placeholder":true,"num":-1}]', b"x"],
    "eleven attachments": [f'4511-["message",{ATTACHMENT}]'],
    "millions of attachments": [f'455999999-["message",{ATTACHMENT}]'],
    "no attachments": [f'450-["message",{ATTACHMENT}]'],
    "a letter for the number of attachments": [f'45a-["message",{ATTACHMENT}]'],
    "a number of attachments without an end": ["455"],
    "attachments for another namespace": [f'451-/other,["a",{ATTACHMENT}]', b"x"],
    "a ping while attachments are due": [f'451-["message",{ATTACHMENT}]', "2"],
    "deep JSON": ["42" + "[" * 100_000],
    "a number of a million digits": ['42["a",' + "9" * 900_000 + "e999999]"],
    "a ping": ["2"],
}


BEFORE_JOINING = {
    "no packet": ["4abc"],
    "an event": ['42["message"]'],
    "an ack": ["431[]"],
    "a disconnect": ["41"],
    "a connect error": ["44{}"],
    "binary data": [b"x"],
    "attachments": [f'451-["message",{ATTACHMENT}]'],
}


@pytest.fixture
async def other(uvicorn):
    """Somebody else, who is not to notice anything."""
    async with await open_session(uvicorn.socketio) as websocket:
        await join(websocket)
        yield websocket
        await websocket.send('421["answer"]')
        assert await websocket.receive() == '431[{"ok":true}]'


@pytest.mark.parametrize("name", VIOLATIONS)
async def test_a_violation_closes_that_connection_at_once_and_no_other(uvicorn, other, name):
    async with await open_session(uvicorn.socketio) as websocket:
        await join(websocket)
        await websocket.send(*VIOLATIONS[name])
        await websocket.closed(AT_ONCE_SECONDS)


@pytest.mark.parametrize("name", BEFORE_JOINING)
async def test_a_connection_begins_with_a_connect(uvicorn, other, name):
    async with await open_session(uvicorn.socketio) as websocket:
        await websocket.send(*BEFORE_JOINING[name])
        await websocket.closed(AT_ONCE_SECONDS)


async def test_a_namespace_that_was_left_is_one_that_was_not_joined(uvicorn, other):
    async with await open_session(uvicorn.socketio) as websocket:
        await join(websocket)
        await websocket.send("41", '42["message"]')
        await websocket.closed(AT_ONCE_SECONDS)


@pytest.mark.parametrize(
    "name",
    [
        "an empty Engine.IO packet",
        "an unknown Engine.IO type",
        "an unknown Socket.IO type",
        "an event that is an object",
        "a second connect",
        "binary data that nobody announced",
        "a placeholder out of range",
        "deep JSON",
        "a ping",
    ],
)
@again_when_a_ping_comes
async def test_by_polling_too_a_violation_closes_at_once(http, uvicorn, other, name):
    session = await Polling(http, uvicorn.socketio).open()
    await session.join()
    poll = await session.waiting_poll()
    began = time.monotonic()
    assert (await session.post(as_payload(VIOLATIONS[name])))[0] == 400
    session.check_waited(poll)
    assert (await poll)[1].split(RECORD_SEPARATOR)[-1] == "1"
    assert time.monotonic() - began < AT_ONCE_SECONDS
    assert (await session.get())[0] == 400


def as_payload(packets):
    return RECORD_SEPARATOR.join(
        "b" + base64.b64encode(packet).decode() if isinstance(packet, bytes) else packet for packet in packets
    )


async def test_no_violation_prints_a_traceback_under_daphne(daphne):
    for packets in VIOLATIONS.values():
        async with await open_session(daphne.socketio) as websocket:
            await join(websocket)
            await websocket.send(*packets)
            await websocket.closed(1)
