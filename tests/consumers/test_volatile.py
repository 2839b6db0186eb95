"""What is for now or never: sent where the client takes it at once, else dropped."""

import asyncio

from chat.consumers.sessions import POLL_GAP_SECONDS
from tests.support.socketio_clients import ARRIVAL_SECONDS, RawWebSocket, join, open_session

DONE = '431[{"ok":true}]'


async def test_a_client_that_reads_gets_it_in_its_place(server):
    async with await open_session(server.socketio) as websocket:
        await join(websocket)
        await websocket.send('421["volatile-burst",3]', '42["message",1]')
        received = [await websocket.receive() for _ in range(5)]
        ticks = [f'42["tick",{number},""]' for number in range(3)]
        assert received == [*ticks, DONE, '42["message-back",1]']


async def test_a_client_that_does_not_poll_just_now_does_not_get_it(polling):
    await polling.join()
    await asyncio.sleep(POLL_GAP_SECONDS + 0.1)
    await polling.post('421["volatile-burst",3]')
    assert await polling.receive() == [DONE]


async def test_a_client_that_is_about_to_poll_again_gets_it(polling):
    await polling.join()
    await polling.post('421["volatile-burst",3]')
    assert [packet[:9] for packet in await polling.receive(4)] == ['42["tick"'] * 3 + [DONE[:9]]


async def test_a_poll_that_waits_takes_it(polling):
    await polling.join()
    waiting = asyncio.create_task(polling.receive(4))
    await asyncio.sleep(ARRIVAL_SECONDS)
    await polling.post('421["volatile-burst",3]')
    assert [packet[:9] for packet in await waiting] == ['42["tick"'] * 3 + [DONE[:9]]


async def test_to_a_client_that_is_behind_it_is_dropped_and_the_rest_is_not(patient):
    async with await RawWebSocket.open(patient.socketio, compression=None) as behind:
        await behind.receive()
        await join(behind)
        behind.connection.transport.pause_reading()
        await behind.send('421["burst",60,50000]', '422["volatile-burst",2000,10000]', '423["answer"]')
        async with await open_session(patient.socketio) as witness:
            await join(witness)
            await witness.send('421["answer"]')
            assert await witness.receive() == DONE
        behind.connection.transport.resume_reading()
        sizes = []
        while (packet := await behind.receive()) != '433[{"ok":true}]':
            sizes.append(round(len(packet), -4))
        assert sizes.count(50_000) == 60
        assert sizes.count(10_000) < 2_000
        assert sizes.count(0) == 2, "both acks"
