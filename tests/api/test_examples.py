"""The chat system's REST interface as its documentation shows it (SPEC §6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.demo import DEMO_PASSWORD
from tests.support.live import World
from tests.support.live_clients import Clients, Person

pytestmark = [pytest.mark.processes]

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CONVERSATION = {
    "_id",
    "userId",
    "assignedSupportId",
    "status",
    "unreadCount",
    "lastSeq",
    "queue",
    "createdAt",
    "updatedAt",
}
MESSAGE = {
    "_id",
    "conversationId",
    "seq",
    "senderId",
    "messageType",
    "content",
    "media",
    "isRead",
    "clientMessageId",
    "createdAt",
}


def check_conversation(conversation: dict[str, Any], customer: Person) -> None:
    assert set(conversation) >= CONVERSATION
    assert set(conversation["userId"]) == {"_id", "first_name", "last_name", "phone", "isOnline"}
    assert conversation["userId"]["_id"] == customer["id"]
    assert conversation["userId"]["isOnline"] is False
    assert conversation["status"] in ("open", "waiting", "resolved", "closed")
    assert isinstance(conversation["unreadCount"], dict)
    assert TIME.fullmatch(conversation["createdAt"])
    assert TIME.fullmatch(conversation["updatedAt"])


async def test_a_customer_creates_its_conversation_and_gets_it_again(
    clients: Clients, guest: Callable[[], Person]
) -> None:
    customer = guest()
    status, first = await clients.rest("POST", "conversations", customer)
    assert (status, set(first)) == (200, {"message", "data"})
    assert first["message"] == "Conversation created successfully"
    check_conversation(first["data"], customer)
    assert first["data"]["status"] == "waiting"
    assert first["data"]["assignedSupportId"] is None
    status, second = await clients.rest("POST", "conversations", customer, json={})
    assert (status, second["message"]) == (200, "Conversation retrieved successfully")
    assert second["data"]["_id"] == first["data"]["_id"]
    status, one = await clients.rest("GET", f"conversations/{first['data']['_id']}", customer)
    assert (status, one["data"]) == (200, second["data"])


async def test_my_conversations_come_in_pages(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    customer = guest()
    ids = []
    for _ in range(3):
        ids.insert(0, await clients.start_conversation(customer))
        status, _ = await clients.rest(
            "POST", f"conversations/{ids[0]}/end", customer, json={"reason": "Next"}
        )
        assert status == 200
    status, body = await clients.rest("GET", "conversations", customer)
    assert (status, set(body)) == (200, {"message", "data", "pagination"})
    assert body["message"] == "Conversations fetched successfully"
    assert body["pagination"] == {"currentPage": 1, "totalPages": 1, "totalItems": 3}
    assert [conversation["_id"] for conversation in body["data"]] == ids, "the latest first"
    for conversation in body["data"]:
        check_conversation(conversation, customer)
    _, page = await clients.rest("GET", "conversations?page=2&limit=2", customer)
    assert page["pagination"] == {"currentPage": 2, "totalPages": 2, "totalItems": 3}
    assert [conversation["_id"] for conversation in page["data"]] == ids[2:]
    _, beyond = await clients.rest("GET", "conversations?page=9&limit=2", customer)
    assert beyond["data"] == []
    assert beyond["pagination"] == {"currentPage": 9, "totalPages": 2, "totalItems": 3}
    _, closed = await clients.rest("GET", "conversations?status=closed", customer)
    assert len(closed["data"]) == 3
    _, waiting = await clients.rest("GET", "conversations?status=waiting", customer)
    assert (waiting["data"], waiting["pagination"]["totalItems"]) == ([], 0)


async def test_an_agents_conversations_are_those_it_has(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    bo, customer = world["people"]["bo"], guest()
    conversation_id = await clients.start_taken_conversation(customer, bo)
    _, body = await clients.rest("GET", "conversations?limit=100", bo)
    mine = [conversation["_id"] for conversation in body["data"]]
    assert conversation_id in mine
    _, body = await clients.rest("GET", "conversations?limit=100", world["people"]["olga"])
    assert conversation_id not in [conversation["_id"] for conversation in body["data"]]


async def test_messages_are_sent_and_fetched(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, customer = world["people"]["ana"], guest()
    conversation_id = await clients.start_taken_conversation(customer, ana)
    text = {"conversationId": conversation_id, "messageType": "text", "content": "Hello, I need help"}
    status, sent = await clients.rest("POST", "messages", customer, json=text)
    assert (status, set(sent)) == (200, {"message", "data"})
    assert set(sent["data"]) == MESSAGE
    assert sent["data"]["content"] == "Hello, I need help"
    assert sent["data"]["senderId"] == {
        "_id": customer["id"],
        "first_name": "Guest",
        "last_name": customer["name"].removeprefix("Guest "),
        "role": "User",
    }
    assert TIME.fullmatch(sent["data"]["createdAt"])
    status, answer = await clients.rest("POST", "messages", ana, json={**text, "content": "Hello!"})
    assert (status, answer["data"]["senderId"]["role"]) == (200, "Support")
    status, body = await clients.rest("GET", f"messages/{conversation_id}", customer)
    assert (status, set(body)) == (200, {"message", "data", "pagination"})
    assert body["message"] == "Messages fetched successfully"
    assert [message["seq"] for message in body["data"]] == [1, 2, 3, 4]
    assert body["data"][2:] == [sent["data"], answer["data"]]
    assert body["data"][0]["senderId"] is None
    assert body["pagination"] == {"currentPage": 1, "totalPages": 1, "totalItems": 4}
    _, page = await clients.rest("GET", f"messages/{conversation_id}?page=2&limit=3", customer)
    assert [message["seq"] for message in page["data"]] == [4]
    assert page["pagination"] == {"currentPage": 2, "totalPages": 2, "totalItems": 4}


async def test_messages_beside_a_seq(clients: Clients, guest: Callable[[], Person]) -> None:
    customer = guest()
    conversation_id = await clients.start_conversation(customer)
    for number in range(6):
        body = {"conversationId": conversation_id, "content": f"No {number}"}
        await clients.rest("POST", "messages", customer, json=body)

    async def seqs(query: str) -> list[int]:
        _, body = await clients.rest("GET", f"messages/{conversation_id}?{query}", customer)
        return [message["seq"] for message in body["data"]]

    assert await seqs("after=4") == [5, 6, 7]
    assert await seqs("after=4&limit=2") == [5, 6]
    assert await seqs("after=7") == []
    assert await seqs("before=4") == [1, 2, 3]
    assert await seqs("before=6&limit=2") == [4, 5], "the newest page before it"
    assert await seqs("after=2&before=5") == [3, 4]


async def test_a_message_sent_again_is_the_first_one(clients: Clients, guest: Callable[[], Person]) -> None:
    customer = guest()
    conversation_id = await clients.start_conversation(customer)
    body = {"conversationId": conversation_id, "content": "Once", "clientMessageId": "an-id"}
    _, first = await clients.rest("POST", "messages", customer, json=body)
    status, second = await clients.rest("POST", "messages", customer, json=body)
    assert (status, second["data"]) == (200, first["data"])
    socket = await clients.chat(customer)
    again = await socket.done(
        "chat-message", {"chatId": conversation_id, "text": "Once", "clientMessageId": "an-id"}
    )
    assert again["messageId"] == first["data"]["_id"], "over a socket too"
    status, refusal = await clients.rest("POST", "messages", customer, json={**body, "content": "Other"})
    assert (status, refusal["code"]) == (409, "conflict")


async def test_all_messages_are_marked_as_read_and_the_others_are_told(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, customer = world["people"]["ana"], guest()
    conversation_id = await clients.start_taken_conversation(customer, ana)
    body = {"conversationId": conversation_id, "content": "Read me"}
    _, sent = await clients.rest("POST", "messages", customer, json=body)
    _, before = await clients.rest("GET", f"conversations/{conversation_id}", ana)
    assert before["data"]["unreadCount"][ana["id"]] == 1
    socket = await clients.root(customer, chatId=conversation_id)
    status, read = await clients.rest("PATCH", f"conversations/{conversation_id}/read", ana)
    assert (status, read["data"]["seq"]) == (200, sent["data"]["seq"])
    receipt = await socket.next("message:read-receipt")
    assert (receipt["messageId"], receipt["readBy"]) == (sent["data"]["_id"], ana["id"])
    _, after = await clients.rest("GET", f"conversations/{conversation_id}", ana)
    assert after["data"]["unreadCount"][ana["id"]] == 0
    _, messages = await clients.rest("GET", f"messages/{conversation_id}?after=2", customer)
    assert messages["data"][0]["isRead"] is True


async def test_what_is_sent_over_rest_reaches_sockets(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    ana, customer = world["people"]["ana"], guest()
    conversation_id = await clients.start_taken_conversation(customer, ana)
    agent = await clients.chat(ana, chatId=conversation_id)
    body = {"conversationId": conversation_id, "content": "From an app in the background"}
    _, sent = await clients.rest("POST", "messages", customer, json=body)
    assert (await agent.next("chat-message"))["id"] == sent["data"]["_id"]
    status, ended = await clients.rest("POST", f"conversations/{conversation_id}/end", customer, json={})
    assert (status, ended["data"]["status"]) == (200, "closed")
    assert (await agent.next("chat-closed"))["closedBy"] == customer["id"]
    status, refusal = await clients.rest("POST", "messages", customer, json=body)
    assert (status, refusal["code"]) == (409, "conversation_closed")


async def test_the_team_sees_all_conversations_with_their_last_words(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    bo, olga, customer = world["people"]["bo"], world["people"]["olga"], guest()
    conversation_id = await clients.start_taken_conversation(customer, bo)
    body = {"conversationId": conversation_id, "content": "My last words"}
    await clients.rest("POST", "messages", customer, json=body)

    async def listed(person: Person, query: str) -> dict[str, Any]:
        status, body = await clients.rest("GET", f"support/conversations?limit=100&{query}", person)
        assert (status, set(body)) == (200, {"message", "data", "pagination"})
        return {conversation["_id"]: conversation for conversation in body["data"]}

    for person in (bo, olga, world["people"]["sam"]):
        found = (await listed(person, "status=open"))[conversation_id]
        check_conversation(found, customer)
        assert found["lastMessage"] == "My last words"
        assert found["assignedSupportId"]["_id"] == bo["id"]
    assert conversation_id in await listed(bo, "mine=true")
    assert conversation_id not in await listed(olga, "mine=true")
    assert conversation_id not in await listed(bo, "status=waiting")
    assert await listed(world["people"]["otto"], "") == {}


async def test_the_team_sees_its_queues_and_each_other(
    clients: Clients, world: World, guest: Callable[[], Person]
) -> None:
    people, sales = world["people"], world["queues"]["sales"]
    await clients.start_conversation(guest(), sales)
    _, queues = await clients.rest("GET", "queues", people["olga"])
    assert [queue["_id"] for queue in queues["data"]] == [sales]
    assert queues["data"][0]["name"] == "Sales"
    assert queues["data"][0]["waiting"] >= 1
    _, queues = await clients.rest("GET", "queues", people["sam"])
    assert {queue["name"] for queue in queues["data"]} == {"Support", "Sales"}
    await clients.chat(people["olga"])
    _, team = await clients.rest("GET", "presence", people["sam"])
    members = {member["email"]: member for member in team["data"]}
    assert set(members) == {people[name]["email"] for name in ("ana", "bo", "olga", "sam")}
    assert members[people["olga"]["email"]]["status"] == "online"
    assert members[people["olga"]["email"]]["role"] == "Support"


async def test_tokens_are_given_for_a_password_and_for_a_refresh_token(clients: Clients) -> None:
    credentials = {"email": "Alice@Example.com ", "password": DEMO_PASSWORD}
    status, tokens = await clients.rest("POST", "/api/v1/auth/token", json=credentials)
    assert (status, set(tokens)) == (200, {"access", "refresh"})
    status, again = await clients.rest(
        "POST", "/api/v1/auth/token/refresh", json={"refresh": tokens["refresh"]}
    )
    assert (status, set(again)) == (200, {"access", "refresh"})
    status, _ = await clients.rest("GET", "support/conversations", again)
    assert status == 200
    wrong = {**credentials, "password": "wrong"}
    status, refusal = await clients.rest("POST", "/api/v1/auth/token", json=wrong)
    assert (status, refusal["success"]) == (401, False)
    nobody = {**credentials, "email": "nobody@example.com"}
    assert await clients.rest("POST", "/api/v1/auth/token", json=nobody) == (401, refusal), "nobody can probe"


async def test_a_widget_gives_its_profile_and_a_visitors_token(clients: Clients, world: World) -> None:
    status, profile = await clients.rest("GET", f"/api/v1/widget/{world['widgetKey']}/profile")
    assert (status, profile["data"]["name"]) == (200, "Home")
    assert {queue["name"] for queue in profile["data"]["queues"]} == {"Support", "Sales"}
    body = {"name": "Vera Visitor", "email": "vera@example.com"}
    status, given = await clients.rest("POST", f"/api/v1/widget/{world['widgetKey']}/token", json=body)
    assert (status, set(given)) == (200, {"access", "refresh", "visitor"})
    assert given["visitor"] == {"_id": given["visitor"]["_id"], **body}
    status, begun = await clients.rest("POST", "conversations", given)
    assert (status, begun["data"]["userId"]["_id"]) == (200, given["visitor"]["_id"])
    status, refusal = await clients.rest("GET", "/api/v1/widget/no-such-widget/profile")
    assert (status, refusal["code"]) == (404, "not_found")
