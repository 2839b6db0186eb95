"""Socket.IO over WebSocket: what no client may send ends its connection, and no other."""

import pytest

from tests.support.socketio_clients import join, open_session

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
    "a reserved event": ['42["disconnect"]'],
    "a letter as ack id": ['42abc["message-with-ack"]'],
    "an ack that is an object": ["431{}"],
    "a disconnect with a payload": ["41{}"],
    "an event for another namespace": ['42/other,["a"]'],
    "an ack for another namespace": ["43/other,1[]"],
    "a disconnect from another namespace": ["41/other"],
    "a second connect": ["40"],
    "a connect with an array": ["40/custom,[]"],
    "a connect error": ['44{"message":"no"}'],
    "binary data that nobody announced": [b"x"],
    "text while attachments are due": [f'451-["message",{ATTACHMENT}]', '42["message"]'],
    "a placeholder out of range": ['451-["message",{"_placeholder":true,"num":1}]', b"x"],
    "a negative placeholder": ['451-["message",{"_placeholder":true,"num":-1}]', b"x"],
    "eleven attachments": [f'4511-["message",{ATTACHMENT}]'],
    "millions of attachments": [f'455999999-["message",{ATTACHMENT}]'],
    "no attachments": [f'450-["message",{ATTACHMENT}]'],
    "deep JSON": ["42" + "[" * 100_000],
    "a number of a million digits": ['42["a",' + "9" * 900_000 + "e999999]"],
    "a ping": ["2"],
}


@pytest.mark.parametrize("name", VIOLATIONS)
async def test_a_violation_closes_that_connection_at_once_and_no_other(uvicorn, name):
    async with (
        await open_session(uvicorn.socketio) as other,
        await open_session(uvicorn.socketio) as websocket,
    ):
        await join(other)
        await join(websocket)
        await websocket.send(*VIOLATIONS[name])
        await websocket.closed(0.15)
        await other.send('421["answer"]')
        assert await other.receive() == '431[{"ok":true}]'


async def test_no_violation_prints_a_traceback_under_daphne(daphne):
    for packets in VIOLATIONS.values():
        async with await open_session(daphne.socketio) as websocket:
            await join(websocket)
            await websocket.send(*packets)
            await websocket.closed(1)
