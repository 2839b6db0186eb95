"""A customer on one web process and an agent on another, on PostgreSQL and one Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.support.live import ON_POSTGRESQL, Live, World
from tests.support.live_clients import Clients, Person, SocketClient

pytestmark = [pytest.mark.processes, ON_POSTGRESQL]

MESSAGES_EACH_WAY = 200


@pytest.fixture(scope="module")
def live(live_postgresql: Live) -> Live:
    return live_postgresql


@pytest.fixture
async def pair(
    clients: Clients, other_url: str, world: World, guest: Callable[[], Person]
) -> tuple[str, SocketClient, SocketClient]:
    """A conversation, its customer on the first process and its agent on the second."""
    ana, person = world["people"]["ana"], guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    customer = await clients.socket("/", person)
    await customer.done("conversation:join", {"conversationId": chat_id})
    agent = await clients.socket("/chat", ana, other_url, chatId=chat_id)
    return chat_id, customer, agent


async def test_hundreds_of_messages_both_ways_arrive_in_order_and_once(
    pair: tuple[str, SocketClient, SocketClient],
) -> None:
    chat_id, customer, agent = pair

    async def ask(number: int) -> int:
        data = {"conversationId": chat_id, "messageType": "text", "content": f"question {number}"}
        return int((await customer.done("message:send", {**data, "clientMessageId": f"q{number}"}))["seq"])

    async def answer(number: int) -> int:
        data = {"chatId": chat_id, "text": f"answer {number}", "clientMessageId": f"a{number}"}
        return int((await agent.done("chat-message", data))["seq"])

    numbers = range(MESSAGES_EACH_WAY)
    acked = await asyncio.gather(*(say(number) for number in numbers for say in (ask, answer)))
    expected = list(range(3, 3 + 2 * MESSAGES_EACH_WAY))
    assert sorted(acked) == expected

    by_customer = [(await customer.next("message:new"))["message"] for _ in expected]
    by_agent = [await agent.next("chat-message") for _ in expected]
    assert [message["seq"] for message in by_customer] == expected
    assert [message["seq"] for message in by_agent] == expected
    assert [message["_id"] for message in by_customer] == [message["id"] for message in by_agent]
    for side in ("question", "answer"):
        said = [message["text"] for message in by_agent if message["text"].startswith(side)]
        assert said == [f"{side} {number}" for number in numbers]
    assert await customer.rest("message:new") == []
    assert await agent.rest("chat-message") == []


async def test_everything_else_crosses_too(
    pair: tuple[str, SocketClient, SocketClient], world: World
) -> None:
    chat_id, customer, agent = pair
    ana = world["people"]["ana"]
    await customer.done("typing:start", {"conversationId": chat_id})
    typing = await agent.next("presence-change", lambda data: data.get("chatId") == chat_id)
    assert typing["status"] == "typing"
    sent = await agent.done("chat-message", {"chatId": chat_id, "text": "Read me"})
    await customer.done("message:read", {"conversationId": chat_id, "messageId": sent["messageId"]})
    assert (await agent.next("message-read"))["seq"] == sent["seq"]
    await agent.done("mark-read", {"chatId": chat_id})
    receipt = await customer.next("message:read-receipt", lambda data: data["readBy"] == ana["id"])
    assert receipt["seq"] == sent["seq"]
    await agent.done("close-chat", {"chatId": chat_id, "reason": "Done"})
    assert (await customer.next("conversation:updated"))["conversation"]["status"] == "closed"


async def test_two_agents_on_two_processes_never_get_one_chat(
    clients: Clients, other_url: str, world: World, guest: Callable[[], Person]
) -> None:
    sales = world["queues"]["sales"]
    waiting = [await clients.start_conversation(guest(), sales) for _ in range(10)]
    agents = [
        await clients.socket("/chat", world["people"]["olga"]),
        await clients.socket("/chat", world["people"]["sam"], other_url),
    ]

    async def pick_all(agent: SocketClient) -> list[str]:
        picked = []
        while (chat := (await agent.done("pick-next", {"queueId": sales}))["chat"]) is not None:
            picked.append(chat["chatId"])
        return picked

    first, second = await asyncio.gather(*map(pick_all, agents))
    assert sorted(first + second) == sorted(waiting)
    for picked in (first, second):
        assert picked == [chat_id for chat_id in waiting if chat_id in picked], "the longest waiting first"


async def test_queue_news_reach_the_agents_of_the_other_process(
    clients: Clients, other_url: str, world: World, guest: Callable[[], Person]
) -> None:
    here = await clients.socket("/chat", world["people"]["ana"])
    there = await clients.socket("/chat", world["people"]["bo"], other_url)
    chat_id = await clients.start_conversation(guest())

    def about(data: dict[str, str]) -> bool:
        return data["chatId"] == chat_id

    assert (await there.next("queue-notification", about))["type"] == "added"
    await here.done("claim-chat", {"chatId": chat_id})
    assert (await there.next("chat-claimed", about))["agentEmail"] == world["people"]["ana"]["email"]
    assert (await there.denied("claim-chat", {"chatId": chat_id}))["code"] == "already_taken"
