"""python-socketio against a running helpdesk: what matters, once more with another make of client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.support.live import World
from tests.support.live_clients import Clients, Person, Refused

pytestmark = [pytest.mark.processes]


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="-".join)
async def test_a_customer_and_an_agent_talk_across_the_namespaces(
    transports: list[str], clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, person = world["people"]["ana"], guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    customer = await clients.socket_saying("/", {"token": person["access"]}, transports=transports)
    agent = await clients.socket_saying(
        "/chat", {"token": ana["access"], "chatId": chat_id}, transports=transports
    )
    joined = await customer.done("conversation:join", {"conversationId": chat_id})
    assert joined["conversation"]["assignedSupportId"]["_id"] == ana["id"]
    assert [message["text"] for message in await agent.next("messages")] == [
        "Chat started",
        "Ana Example joined",
    ]

    question = {"conversationId": chat_id, "messageType": "text", "content": "Hello?", "clientMessageId": "1"}
    sent = await customer.done("message:send", question)
    assert await customer.next("message:sent") == {**sent, "conversationId": chat_id}
    heard = await agent.next("chat-message")
    assert (heard["text"], heard["fromAgent"], heard["id"]) == ("Hello?", False, sent["messageId"])
    assert await customer.done("message:send", question) == sent, "a resend is the first message"
    assert await agent.rest("chat-message") == []

    answer = await agent.done("chat-message", {"chatId": chat_id, "text": "Hello!"})
    new = await customer.next("message:new", lambda data: data["message"]["seq"] == answer["seq"])
    assert new["message"]["content"] == "Hello!"

    await customer.done("typing:start", {"conversationId": chat_id})
    assert (await agent.next("presence-change", lambda data: "chatId" in data))["status"] == "typing"
    await agent.done("mark-read", {"chatId": chat_id})
    assert (await customer.next("message:read-receipt"))["readBy"] == ana["id"]
    await agent.done("close-chat", {"chatId": chat_id})
    assert (await customer.next("conversation:updated"))["conversation"]["status"] == "closed"
    refused = await customer.denied("message:send", {**question, "clientMessageId": "2"})
    assert refused["code"] == "conversation_closed"


async def test_waiting_and_picking(clients: Clients, world: World, guest: Callable[[], Person]) -> None:
    olga, sales = world["people"]["olga"], world["queues"]["sales"]
    agent, colleague = await clients.chat(olga), await clients.chat(world["people"]["sam"])
    chat_id = await clients.start_conversation(guest(), sales)
    added = await agent.next("queue-notification", lambda data: data["chatId"] == chat_id)
    assert (added["type"], added["queueId"], added["waiting"]) == ("added", sales, 1)
    picked = await agent.done("pick-next", {})
    assert picked["chat"]["chatId"] == chat_id
    claimed = await colleague.next("chat-claimed", lambda data: data["chatId"] == chat_id)
    assert claimed == {"chatId": chat_id, "agentName": olga["name"], "agentEmail": olga["email"]}
    assert await agent.done("pick-next", {}) == {"chat": None}


async def test_who_reconnects_with_its_last_seq_gets_exactly_what_it_missed(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, person = world["people"]["ana"], guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    agent = await clients.chat(ana, chatId=chat_id)
    seqs = [
        (await agent.done("chat-message", {"chatId": chat_id, "text": f"No {number}"}))["seq"]
        for number in range(5)
    ]
    customer = await clients.chat(person, chatId=chat_id, lastSeq=seqs[1])
    assert [message["seq"] for message in await customer.next("messages")] == seqs[2:]
    on_root = await clients.root(person, chatId=chat_id, lastSeq=seqs[3])
    assert [data["message"]["seq"] for data in await on_root.rest("message:new")] == seqs[4:]


async def test_messages_sent_at_once_from_both_sides_stand_in_one_order_for_everyone(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, person = world["people"]["ana"], guest()
    chat_id = await clients.start_taken_conversation(person, ana)
    people = [await clients.chat(who, chatId=chat_id) for who in (person, ana)]
    sends = [
        client.done("chat-message", {"chatId": chat_id, "text": f"{side}-{number}"})
        for number in range(20)
        for side, client in enumerate(people)
    ]
    acks = await asyncio.gather(*sends)
    heard = [await client.rest("chat-message") for client in people]
    assert heard[0] == heard[1]
    assert [message["seq"] for message in heard[0]] == list(range(3, 43))
    assert sorted(ack["seq"] for ack in acks) == list(range(3, 43))
    for side in ("0", "1"):
        own = [message["text"] for message in heard[0] if message["text"].startswith(side)]
        assert own == [f"{side}-{number}" for number in range(20)]


@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_a_refused_connect_says_why(
    namespace: str, clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    person = guest()
    handshakes = {
        "token_missing": {},
        "token_expired": {"token": person["expired"]},
        "token_invalid": {"token": world["people"]["dora"]["access"]},
        "forbidden": {"token": person["access"], "role": "admin"},
    }
    for code, auth in handshakes.items():
        with pytest.raises(Refused) as refused:
            await clients.socket_saying(namespace, auth)
        assert refused.value.answer["data"] == {"code": code}


async def test_without_an_ack_an_error_is_an_event(clients: Clients, guest: Callable[[], Person]) -> None:
    customer = await clients.chat(guest())
    await customer.emit("chat-message", {"chatId": 7, "text": "Hello"})
    error = await customer.next("error")
    assert set(error) == {"message", "code", "event"}
    assert (error["code"], error["event"]) == ("invalid", "chat-message")
