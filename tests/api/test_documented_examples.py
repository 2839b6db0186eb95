"""Every example of the chat system's documentation, replayed against a running server (SPEC §5.1, §6).

What the examples look like is written down in `tests/api/documented.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from tests.api.documented import CONVERSATION, ERROR, EVENTS, MEDIA, MESSAGE, PAGINATION
from tests.api.uploads import picture, upload
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person, SocketClient, nowhere
from tests.support.shapes import check

pytestmark = [pytest.mark.processes, ON_SQLITE]

Guest = Callable[[], Person]


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


# REST API endpoints


async def test_1_create_or_get_conversation(base: str, clients: Clients, guest: Guest) -> None:
    customer = guest()
    json_header = {"Content-Type": "application/json"}
    status, body = await clients.rest("POST", f"{base}/conversations", customer, headers=json_header)
    assert (status, set(body)) == (200, {"message", "data"})
    assert body["message"] == "Conversation created successfully"
    check(body["data"], CONVERSATION)
    assert body["data"]["userId"]["_id"] == customer["id"]
    status, again = await clients.rest("POST", f"{base}/conversations", customer)
    assert (status, again["message"]) == (200, "Conversation retrieved successfully")
    assert again["data"]["_id"] == body["data"]["_id"]


async def test_2_get_my_conversations(base: str, clients: Clients, guest: Guest) -> None:
    customer = guest()
    ids: list[str] = []
    for _ in range(3):
        ids.insert(0, await clients.start_conversation(customer))
        await clients.rest("POST", f"{base}/conversations/{ids[0]}/end", customer)
    status, body = await clients.rest("GET", f"{base}/conversations", customer)
    assert (status, set(body)) == (200, {"message", "data", "pagination"})
    assert body["message"] == "Conversations fetched successfully"
    check(body["data"], [CONVERSATION])
    check(body["pagination"], PAGINATION)
    assert body["pagination"] == {"currentPage": 1, "totalPages": 1, "totalItems": 3}
    assert [conversation["_id"] for conversation in body["data"]] == ids, "the latest first"
    _, page = await clients.rest("GET", f"{base}/conversations?page=2&limit=2", customer)
    assert page["pagination"] == {"currentPage": 2, "totalPages": 2, "totalItems": 3}
    assert [conversation["_id"] for conversation in page["data"]] == ids[2:]
    for wanted, count in (("closed", 3), ("open", 0), ("waiting", 0), ("resolved", 0)):
        _, some = await clients.rest("GET", f"{base}/conversations?status={wanted}", customer)
        assert (len(some["data"]), some["pagination"]["totalItems"]) == (count, count), wanted


async def test_3_get_messages(base: str, clients: Clients, taken_chat: tuple[str, Person, Person]) -> None:
    conversation_id, customer, ana = taken_chat
    for person, text in ((customer, "Hello"), (ana, "Good morning")):
        message = {"conversationId": conversation_id, "messageType": "text", "content": text}
        await clients.rest("POST", f"{base}/messages", person, json=message)
    status, body = await clients.rest("GET", f"{base}/messages/{conversation_id}", customer)
    assert (status, set(body)) == (200, {"message", "data", "pagination"})
    assert body["message"] == "Messages fetched successfully"
    check(body["data"], [MESSAGE])
    said = [(message["content"], message["senderId"]) for message in body["data"] if message["senderId"]]
    assert [(text, sender["role"]) for text, sender in said] == [
        ("Hello", "User"),
        ("Good morning", "Support"),
    ]
    assert body["pagination"] == {"currentPage": 1, "totalPages": 1, "totalItems": 4}
    _, page = await clients.rest("GET", f"{base}/messages/{conversation_id}?page=2&limit=3", customer)
    assert [message["content"] for message in page["data"]] == ["Good morning"]
    assert page["pagination"] == {"currentPage": 2, "totalPages": 2, "totalItems": 4}


async def test_4_upload_chat_media(base: str, clients: Clients, guest: Guest) -> None:
    customer = guest()
    status, body = await clients.rest("POST", f"{base}/media", customer, data=upload("crop_disease.jpg"))
    assert (status, set(body)) == (201, {"message", "data"})
    assert body["message"] == "Media uploaded successfully"
    check(body["data"], [MEDIA])
    assert [(media["name"], media["type"], media["format"]) for media in body["data"]] == [
        ("crop_disease.jpg", "image", "image/jpeg")
    ]
    names = [f"{number}.jpg" for number in range(5)]
    status, body = await clients.rest("POST", f"{base}/media", customer, data=upload(*names))
    assert (status, [media["name"] for media in body["data"]]) == (201, names)
    for refused in (upload(*names, "6.jpg"), upload("1.jpg", kind="audio"), upload("1.jpg", kind="text")):
        status, body = await clients.rest("POST", f"{base}/media", customer, data=refused)
        assert status in (400, 415)
        check(body, ERROR)
    too_large = aiohttp.FormData({"type": "image"})
    too_large.add_field("media", picture() + bytes(10 * 1024 * 1024), filename="large.jpg")
    status, body = await clients.rest("POST", f"{base}/media", customer, data=too_large)
    assert status == 413
    check(body, ERROR)


async def test_5_send_message_over_http(
    base: str, clients: Clients, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, _ = taken_chat
    text = {"conversationId": conversation_id, "messageType": "text", "content": "Hello, I need help"}
    status, body = await clients.rest("POST", f"{base}/messages", customer, json=text)
    assert (status, set(body)) == (200, {"message", "data"})
    check(body["data"], MESSAGE)
    assert (body["data"]["content"], body["data"]["media"]) == ("Hello, I need help", None)
    _, uploaded = await clients.rest("POST", f"{base}/media", customer, data=upload("leaf.jpg"))
    media_id = uploaded["data"][0]["_id"]
    image = {"conversationId": conversation_id, "messageType": "image", "mediaId": media_id}
    status, body = await clients.rest("POST", f"{base}/messages", customer, json=image)
    assert status == 200
    check(body["data"], MESSAGE)
    assert (body["data"]["messageType"], body["data"]["media"]["_id"]) == ("image", media_id)


async def test_6_mark_all_messages_as_read(
    base: str, clients: Clients, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, ana = taken_chat
    message = {"conversationId": conversation_id, "content": "Read me"}
    _, sent = await clients.rest("POST", f"{base}/messages", customer, json=message)
    _, before = await clients.rest("GET", f"{base}/conversations/{conversation_id}", ana)
    assert before["data"]["unreadCount"][ana["id"]] == 1
    status, body = await clients.rest("PATCH", f"{base}/conversations/{conversation_id}/read", ana)
    assert (status, body["data"]) == (
        200,
        {"conversationId": conversation_id, "seq": sent["data"]["seq"]},
    )
    _, after = await clients.rest("GET", f"{base}/conversations/{conversation_id}", ana)
    assert after["data"]["unreadCount"][ana["id"]] == 0
    _, messages = await clients.rest("GET", f"{base}/messages/{conversation_id}?after=2", customer)
    assert [message["isRead"] for message in messages["data"]] == [True]


async def test_6_update_conversation_status(
    base: str, clients: Clients, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, ana = taken_chat
    path = f"{base}/conversations/{conversation_id}/status"
    for wanted in ("resolved", "open", "waiting", "open", "closed"):
        status, body = await clients.rest("PATCH", path, ana, json={"status": wanted})
        assert (status, body["data"]["status"]) == (200, wanted)
        check(body["data"], CONVERSATION)
    status, body = await clients.rest("PATCH", path, customer, json={"status": "closed"})
    assert status == 403
    check(body, ERROR)


async def test_6_get_all_conversations(
    base: str, clients: Clients, world: World, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, ana = taken_chat
    for person in (ana, world["people"]["olga"], world["people"]["sam"]):
        status, body = await clients.rest("GET", f"{base}/support/conversations?limit=100", person)
        assert (status, set(body)) == (200, {"message", "data", "pagination"})
        check(body["data"], [CONVERSATION])
        assert conversation_id in [conversation["_id"] for conversation in body["data"]]
    assert (await clients.rest("GET", f"{base}/support/conversations", customer))[0] == 403


async def test_6_reassign_conversation(
    base: str, clients: Clients, world: World, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, _, ana = taken_chat
    bo, sam = world["people"]["bo"], world["people"]["sam"]
    body = {"conversationId": conversation_id, "supportId": bo["id"]}
    status, given = await clients.rest("POST", f"{base}/support/reassign", sam, json=body)
    assert (status, given["data"]["assignedSupportId"]["_id"]) == (200, bo["id"])
    check(given["data"], CONVERSATION)
    assert (await clients.rest("POST", f"{base}/support/reassign", ana, json=body))[0] == 403


async def test_6_get_statistics(base: str, clients: Clients, taken_chat: tuple[str, Person, Person]) -> None:
    _, customer, ana = taken_chat
    status, body = await clients.rest("GET", f"{base}/support/stats", ana)
    assert (status, set(body)) == (200, {"message", "data"})
    assert body["data"]["total"]["conversations"] >= 1
    assert (await clients.rest("GET", f"{base}/support/stats", customer))[0] == 403


async def test_errors_have_one_format(
    base: str, clients: Clients, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, _ = taken_chat
    for expected, method, path, person, json in (
        (400, "POST", "messages", customer, {"conversationId": conversation_id}),
        (400, "GET", "conversations?page=0", customer, None),
        (401, "GET", "conversations", None, None),
        (403, "GET", "support/conversations", customer, None),
        (404, "GET", f"messages/{nowhere()}", customer, None),
        (404, "GET", "nothing", customer, None),
        (405, "DELETE", "conversations", customer, None),
    ):
        status, body = await clients.rest(method, f"{base}/{path}", person, json=json)
        assert status == expected, path
        check(body, ERROR)
        assert set(body) <= {"success", "message", "code", "errors"}


# Socket.IO events


async def heard(socket: SocketClient, event: str) -> Any:
    data = await socket.next(event)
    check(data, EVENTS[event], event)
    return data


async def test_events_of_a_conversation(
    clients: Clients, world: World, taken_chat: tuple[str, Person, Person]
) -> None:
    conversation_id, customer, ana = taken_chat
    here = {"conversationId": conversation_id}
    agent, user = await clients.root(ana), await clients.root(customer)
    joined = await user.done("conversation:join", here)
    check(joined["conversation"], CONVERSATION)

    await user.emit("message:send", {**here, "messageType": "text", "content": "Hello"})
    sent = await heard(user, "message:sent")
    new = await heard(user, "message:new")
    assert (new["message"]["_id"], new["message"]["content"]) == (sent["messageId"], "Hello")
    notification = await heard(agent, "notification:new-message")
    assert notification["sender"] == {"id": customer["id"], "name": customer["name"]}
    assert notification["message"] == new["message"]

    await agent.done("conversation:join", here)
    await agent.emit("typing:start", here)
    assert (await heard(user, "typing:user-typing"))["userName"] == ana["name"]
    await agent.emit("typing:stop", here)
    assert (await heard(user, "typing:user-stopped"))["userId"] == ana["id"]

    await agent.emit("message:read", {**here, "messageId": sent["messageId"]})
    receipt = await heard(user, "message:read-receipt")
    assert (receipt["messageId"], receipt["readBy"]) == (sent["messageId"], ana["id"])

    _, uploaded = await clients.rest("POST", "media", ana, data=upload("leaf.jpg"))
    media_id = uploaded["data"][0]["_id"]
    acked = await agent.done("message:send", {**here, "messageType": "image", "mediaId": media_id})
    image = await agent.next("message:new", lambda data: data["message"]["messageType"] == "image")
    check(image, EVENTS["message:new"])
    assert (image["message"]["_id"], image["message"]["media"]["_id"]) == (acked["messageId"], media_id)
    theirs = await user.next("message:new", lambda data: data["message"]["messageType"] == "image")
    assert theirs["message"]["media"]["url"] != image["message"]["media"]["url"], "signed for each viewer"

    await user.emit("conversation:mark-all-read", here)
    receipt = await agent.next("message:read-receipt", lambda data: data["readBy"] == customer["id"])
    assert receipt["messageId"] == acked["messageId"]

    await clients.rest("PATCH", f"messages/{acked['messageId']}", ana, json={"content": "A leaf"})
    await heard(user, "message:updated")
    await clients.rest("DELETE", f"messages/{acked['messageId']}", ana)
    deleted = await heard(user, "message:deleted")
    assert (deleted["message"]["content"], deleted["message"]["media"]) == ("", None)

    await user.done("conversation:leave", here)
    await clients.rest("PATCH", f"conversations/{conversation_id}/status", ana, json={"status": "resolved"})
    assert (await heard(user, "conversation:updated"))["conversation"]["status"] == "resolved"
    await user.emit("message:send", {**here, "messageType": "text"})
    assert (await heard(user, "error"))["event"] == "message:send"


async def test_events_of_people(clients: Clients, world: World) -> None:
    bo, olga = world["people"]["bo"], world["people"]["olga"]
    watcher = await clients.root(olga)
    socket = await clients.root(bo)
    online = await watcher.next("user:online", lambda data: data["userId"] == bo["id"])
    check(online, EVENTS["user:online"])
    await socket.io.disconnect()
    offline = await watcher.next("user:offline", lambda data: data["userId"] == bo["id"])
    check(offline, EVENTS["user:offline"])
