"""What gives an answer is killed in the middle of it, as by a power cut (`kill -9`)."""

import asyncio
import time

import psutil
import pytest

from chat.actions.answering import LEASE
from tests.support.assisted import (
    PROMISED_SECONDS,
    Assisted,
    answers,
    begin_chat,
    check_handed_over_once,
    handed_over,
    hear,
    model_worker,
    streamed,
)
from tests.support.live_clients import Clients

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("assisted")]

LONG = "{server: words 3000 0.01}"


async def test_a_web_process_that_dies_in_mid_answer_leaves_its_customer_to_people_though_the_worker_hangs(
    assisted: Assisted, clients: Clients
) -> None:
    guest, ana = assisted.guest(), assisted.agent("ana")
    customer, chat_id = await begin_chat(clients, assisted.here, guest)
    other_tab = await clients.socket("/chat", guest, assisted.there.url, chatId=chat_id)
    agent = await clients.socket("/chat", ana, assisted.there.url)
    await customer.done("chat-message", {"chatId": chat_id, "text": f"{LONG} Go on."})
    await asyncio.gather(hear(customer, 3), hear(other_tab, 3))
    worker = model_worker(assisted.here)

    began = time.monotonic()
    with assisted.helpdesk.worker.standing_still():
        assisted.here.kill()
        # Each second it is told to look for what nobody answers; afterwards it looks several times at once.
        await asyncio.sleep(LEASE.total_seconds())
    await handed_over(other_tab)
    assert time.monotonic() - began < PROMISED_SECONDS
    assert psutil.wait_procs([worker], timeout=5)[1] == [], "its model process goes on"

    assisted.here.start()
    await check_handed_over_once(clients, agent, ana, chat_id)
    ends = [data["reason"] for data in streamed(other_tab) if data["event"] == "end"]
    assert ends == ["cut"]


async def test_a_model_process_that_dies_costs_its_answers_and_no_others(
    assisted: Assisted, clients: Clients
) -> None:
    ana = assisted.agent("ana")
    agent = await clients.socket("/chat", ana, assisted.there.url)
    await answers(assisted, clients)
    chats = [await begin_chat(clients, assisted.here, assisted.guest()) for _ in range(3)]
    for customer, chat_id in chats:
        await customer.done("chat-message", {"chatId": chat_id, "text": f"{LONG} Go on."})
        await hear(customer, 1)

    model_worker(assisted.here).kill()
    began = time.monotonic()
    await asyncio.gather(*(handed_over(customer) for customer, _ in chats))
    assert time.monotonic() - began < PROMISED_SECONDS
    for _, chat_id in chats:
        await check_handed_over_once(clients, agent, ana, chat_id)

    await answers(assisted, clients)
