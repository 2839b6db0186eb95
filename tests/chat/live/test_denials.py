"""Who may not, beside who may: the same words from different people, on both namespaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person, Refused, SocketClient, nowhere

pytestmark = [pytest.mark.processes, ON_SQLITE]

Data = dict[str, Any]

EXPECTED = {"messages", "presence-change", "user:online", "user:offline"}
"""What comes to those who only connect."""


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


@dataclass
class Taken:
    """A conversation that Ana has, with a message in it."""

    id: str
    message_id: str
    customer: Person


@pytest.fixture
async def taken(clients: Clients, world: World, guest: Callable[[], Person]) -> Taken:
    person = guest()
    conversation_id = await clients.start_taken_conversation(person, world["people"]["ana"])
    _, body = await clients.rest(
        "POST", "messages", person, json={"conversationId": conversation_id, "content": "Mine"}
    )
    return Taken(conversation_id, body["data"]["_id"], person)


def asked_of(conversation_id: str, message_id: str) -> dict[str, list[tuple[str, Data]]]:
    """Every event that names a conversation, by namespace; typing, which needs a join, has its own test."""
    root, chat = {"conversationId": conversation_id}, {"chatId": conversation_id}
    return {
        "/": [
            ("conversation:join", root),
            ("message:send", {**root, "messageType": "text", "content": "Hello"}),
            ("message:read", {**root, "messageId": message_id}),
            ("conversation:mark-all-read", root),
        ],
        "/chat": [
            ("join-chat", chat),
            ("chat-message", {**chat, "text": "Hello"}),
            ("sendMessage", {**chat, "text": "Hello"}),
            ("mark-read", {**chat, "messageId": message_id}),
            ("mark-read", chat),
            ("close-chat", chat),
        ],
    }


@pytest.mark.parametrize("namespace", ["/", "/chat"])
@pytest.mark.parametrize("stranger", ["another customer", "otto", "oskar", "olaf"])
async def test_a_stranger_is_told_the_same_as_of_what_does_not_exist(
    namespace: str, stranger: str, clients: Clients, world: World, guest: Callable[[], Person], taken: Taken
) -> None:
    person = world["people"].get(stranger) or guest()
    outsider = await clients.socket(namespace, person)
    customer = await clients.socket(namespace, taken.customer, chatId=taken.id)
    theirs = asked_of(taken.id, taken.message_id)[namespace]
    nobodys = asked_of(nowhere(), nowhere())[namespace]
    for (event, data), (_, unknown) in zip(theirs, nobodys, strict=True):
        refusal = await outsider.denied(event, data)
        assert refusal["code"] == "not_found", event
        assert refusal == await outsider.denied(event, unknown), event
    for client in (customer, outsider):
        await client.rest("anything")
        assert [event for event, _ in client.heard if event not in EXPECTED] == [], "nobody notices anything"


@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_those_of_the_conversation_may(
    namespace: str, clients: Clients, world: World, taken: Taken
) -> None:
    for person in (taken.customer, world["people"]["ana"], world["people"]["sam"]):
        client = await clients.socket(namespace, person)
        for event, data in asked_of(taken.id, taken.message_id)[namespace]:
            if event != "close-chat":
                await client.done(event, data)
    closer = await clients.chat(world["people"]["ana"])
    await closer.done("close-chat", {"chatId": taken.id})


async def test_another_agent_reads_but_neither_writes_nor_closes(
    clients: Clients, world: World, taken: Taken
) -> None:
    for name in ("bo", "olga"):
        agent = await clients.chat(world["people"][name])
        on_root = await clients.root(world["people"][name])
        await agent.done("join-chat", {"chatId": taken.id})
        write = {"chatId": taken.id, "text": "Let me"}
        assert (await agent.denied("chat-message", write))["code"] == "not_assigned"
        assert (await agent.denied("close-chat", {"chatId": taken.id}))["code"] == "not_assigned"
        write = {"conversationId": taken.id, "messageType": "text", "content": "Let me"}
        assert (await on_root.denied("message:send", write))["code"] == "not_assigned"
        await agent.done("mark-read", {"chatId": taken.id})
    customer = await clients.chat(taken.customer, chatId=taken.id)
    backlog = await customer.next("messages")
    assert [message["text"] for message in backlog] == ["Chat started", "Ana Example joined", "Mine"]


async def test_an_agent_of_another_queue_cannot_take_from_it(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    chat_id, support = await clients.start_conversation(guest()), {"queueId": world["queues"]["support"]}
    olga = await clients.chat(world["people"]["olga"])
    unknown = await olga.denied("claim-chat", {"chatId": nowhere()})
    assert await olga.denied("claim-chat", {"chatId": chat_id}) == unknown
    assert await olga.denied("pick-next", support) == await olga.denied("pick-next", {"queueId": nowhere()})
    assert await olga.done("pick-next", {}) == {"chat": None}
    bo = await clients.chat(world["people"]["bo"])
    assert (await bo.done("pick-next", support))["chat"]["chatId"] == chat_id


async def test_an_agent_of_another_organization_cannot_take_either(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    chat_id = await clients.start_conversation(guest())
    for name in ("otto", "oskar"):
        agent = await clients.chat(world["people"][name])
        refusal = await agent.denied("claim-chat", {"chatId": chat_id})
        assert refusal == await agent.denied("claim-chat", {"chatId": nowhere()})
        refusal = await agent.denied("pick-next", {"queueId": world["queues"]["support"]})
        assert refusal == await agent.denied("pick-next", {"queueId": nowhere()})
        assert await agent.rest("queue-notification") == []
    owner = await clients.chat(world["people"]["sam"])
    await owner.done("claim-chat", {"chatId": chat_id})


@pytest.mark.parametrize("event", ["pick-next", "claim-chat"])
async def test_an_agents_event_from_a_customer_is_forbidden(
    event: str, clients: Clients, guest: Callable[[], Person]
) -> None:
    person = guest()
    chat_id = await clients.start_conversation(person)
    customer = await clients.chat(person)
    assert (await customer.denied(event, {"chatId": chat_id}))["code"] == "forbidden"
    joined = await customer.done("join-chat", {"chatId": chat_id})
    assert joined["chat"]["status"] == "waiting"


async def test_a_customer_cannot_wait_in_another_organizations_queue(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    customer = await clients.chat(guest())
    refusal = await customer.denied("join-chat", {"queueId": world["queues"]["elsewhere"]})
    assert refusal == await customer.denied("join-chat", {"queueId": nowhere()})
    assert refusal["code"] == "not_found"
    joined = await customer.done("join-chat", {"queueId": world["queues"]["sales"]})
    assert joined["chat"]["queue"]["name"] == "Sales"


async def test_nobody_types_where_it_has_not_joined(
    clients: Clients, world: World, guest: Callable[[], Person], taken: Taken
) -> None:
    agent = await clients.chat(world["people"]["ana"], chatId=taken.id)
    stranger = guest()
    chat, root = await clients.chat(stranger), await clients.root(stranger)
    for chat_id in (taken.id, nowhere()):
        refusal = await chat.denied("set-status", {"status": "typing", "chatId": chat_id})
        assert refusal["code"] == "forbidden"
        assert (await root.denied("typing:start", {"conversationId": chat_id}))["code"] == "forbidden"
    assert await agent.rest("presence-change", lambda data: data.get("chatId") == taken.id) == []
    customer = await clients.chat(taken.customer, chatId=taken.id)
    await customer.done("set-status", {"status": "typing", "chatId": taken.id})
    assert (await agent.next("presence-change", lambda data: "chatId" in data))["status"] == "typing"


@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_what_a_client_says_of_itself_is_never_believed(
    namespace: str, clients: Clients, world: World, taken: Taken, guest: Callable[[], Person]
) -> None:
    lies: list[Data] = [
        {"role": "admin"},
        {"role": "Support"},
        {"orgId": world["otherOrganization"]["id"]},
        {"orgId": world["otherOrganization"]["slug"]},
        {"userEmail": world["people"]["ana"]["email"]},
        {"role": ["customer"]},
        {"orgId": {"not": "a text"}},
    ]
    client = await clients.socket(namespace, taken.customer)
    event, data = asked_of(taken.id, taken.message_id)[namespace][1]
    for lie in lies:
        assert (await client.denied(event, {**data, **lie}))["code"] == "forbidden", lie
        with pytest.raises(Refused) as refused:
            await clients.socket(namespace, guest(), **lie)
        assert refused.value.answer["data"] == {"code": "forbidden"}, lie
    truth = {"role": "customer", "orgId": world["organization"]["id"], "userEmail": taken.customer["email"]}
    await client.done(event, {**data, **truth})
    await clients.socket(namespace, taken.customer, **truth)


async def test_notifications_go_to_participants_only(
    clients: Clients, world: World, taken: Taken, guest: Callable[[], Person]
) -> None:
    def here(data: Data) -> bool:
        return taken.id in (data.get("conversationId"), data.get("chatId"))

    names = ("bo", "olga", "otto", "oskar", "olaf")
    bystanders: list[SocketClient] = [await clients.root(world["people"][name]) for name in names]
    bystanders.append(await clients.root(guest()))
    ana = await clients.root(world["people"]["ana"])
    customer = await clients.chat(taken.customer)
    await customer.done("chat-message", {"chatId": taken.id, "text": "For Ana alone"})
    assert (await ana.next("notification:new-message", here))["message"]["content"] == "For Ana alone"
    for bystander in bystanders:
        await bystander.rest("anything")
        assert [event for event, data in bystander.heard if here(data)] == []
