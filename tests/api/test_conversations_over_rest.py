"""Conversations and messages over REST (SPEC §6)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.tokens import issue_access_token
from chat.actions import routing
from tests.support.chats import chat_of, say, start
from tests.support.people import People
from tests.support.rest import Caller

pytestmark = pytest.mark.database


@pytest.fixture
def base() -> str:
    """One of the two mounts: `test_contract.py` asks both, which are the same views."""
    return "/chat"


def is_time(text: str) -> bool:
    return text.endswith("Z") and datetime.fromisoformat(text).utcoffset() is not None and text[-5] == "."


def test_a_customer_gets_its_conversation_as_the_document_shows_it(people: People, base: str) -> None:
    vera = Caller(people, people.vera)
    status, answer = vera.send("POST", f"{base}/conversations")
    assert (status, answer["message"]) == (200, "Conversation created successfully")
    conversation = answer["data"]
    assert UUID(conversation["_id"])
    assert conversation["userId"] == {
        "_id": str(people.vera.user_id),
        "first_name": "Vera",
        "last_name": "",
        "phone": "",
        "isOnline": True,
    }
    assert conversation["assignedSupportId"] is None
    assert conversation["status"] == "waiting"
    assert conversation["unreadCount"] == {str(people.vera.user_id): 0}
    assert is_time(conversation["createdAt"])

    status, again = vera.send("POST", f"{base}/conversations")
    assert (status, again["message"]) == (200, "Conversation retrieved successfully")
    assert again["data"]["_id"] == conversation["_id"]


def test_an_assigned_agent_is_named_with_the_role_support(people: People, base: str) -> None:
    conversation = chat_of(people.vera, people.ana)
    _, answer = Caller(people, people.vera).get(f"{base}/conversations/{conversation.id}")
    agent = {"_id": str(people.ana.user_id), "first_name": "Ana", "last_name": "", "role": "Support"}
    assert answer["data"]["assignedSupportId"] == agent
    assert answer["data"]["status"] == "open"


def test_an_agent_does_not_start_a_conversation(people: People, base: str) -> None:
    status, answer = Caller(people, people.ana).send("POST", f"{base}/conversations")
    assert (status, answer["success"], answer["code"]) == (403, False, "forbidden")


def test_messages_are_sent_listed_and_read(people: People, base: str) -> None:
    conversation = chat_of(people.vera, people.ana)
    vera, ana = Caller(people, people.vera), Caller(people, people.ana)
    body = {"conversationId": str(conversation.id), "messageType": "text", "content": " Hello, I need help "}
    status, answer = vera.send("POST", f"{base}/messages", body)
    assert (status, answer["message"]) == (200, "Message sent successfully")
    sent = answer["data"]
    assert (sent["content"], sent["messageType"], sent["isRead"], sent["media"]) == (
        "Hello, I need help",
        "text",
        False,
        None,
    )
    assert sent["senderId"] == {
        "_id": str(people.vera.user_id),
        "first_name": "Vera",
        "last_name": "",
        "role": "User",
    }

    _, listed = ana.get(f"{base}/messages/{conversation.id}")
    assert listed["message"] == "Messages fetched successfully"
    assert [message["seq"] for message in listed["data"]] == [1, 2, 3]
    assert listed["data"][-1] == sent
    assert listed["pagination"] == {"currentPage": 1, "totalPages": 1, "totalItems": 3}
    _, mine = ana.get(f"{base}/conversations")
    assert mine["data"][0]["unreadCount"][str(people.ana.user_id)] == 1

    status, answer = ana.send("PATCH", f"{base}/conversations/{conversation.id}/read")
    assert (status, answer["data"]["seq"]) == (200, 3)
    _, mine = ana.get(f"{base}/conversations")
    assert mine["data"][0]["unreadCount"][str(people.ana.user_id)] == 0
    _, listed = vera.get(f"{base}/messages/{conversation.id}")
    assert listed["data"][-1]["isRead"] is True


def test_a_repeated_message_is_stored_once_and_its_id_takes_no_other_text(people: People, base: str) -> None:
    conversation = start(people.vera)
    vera = Caller(people, people.vera)
    body = {"conversationId": str(conversation.id), "content": "Once", "clientMessageId": "c-1"}
    first, second = (vera.send("POST", f"{base}/messages", body)[1]["data"] for _ in range(2))
    assert first == second
    status, answer = vera.send("POST", f"{base}/messages", {**body, "content": "Other"})
    assert (status, answer["code"]) == (409, "conflict")
    assert conversation.messages.filter(sender_id=people.vera.user_id).count() == 1


def test_history_comes_in_pages_and_beside_a_seq(people: People, base: str) -> None:
    conversation = start(people.vera)
    for number in range(11):
        say(people.vera, conversation, f"Message {number}")
    vera = Caller(people, people.vera)
    path = f"{base}/messages/{conversation.id}"

    def seqs(**query: Any) -> list[int]:
        return [message["seq"] for message in vera.get(path, **query)[1]["data"]]

    assert seqs(page=2, limit=5) == [6, 7, 8, 9, 10]
    assert vera.get(path, page=3, limit=5)[1]["pagination"] == {
        "currentPage": 3,
        "totalPages": 3,
        "totalItems": 12,
    }
    assert seqs(page=99, limit=5) == []
    assert seqs(after=9) == [10, 11, 12]
    assert seqs(before=4, limit=2) == [2, 3], "the newest before the seq, in their order"
    assert seqs(before=1) == []


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ({"page": "0"}, "from 1 to"),
        ({"limit": "101"}, "from 1 to 100"),
        ({"limit": "ten"}, "from 1 to 100"),
        ({"limit": "١"}, "from 1 to 100"),
        ({"after": "-1"}, "from 0 to"),
    ],
)
def test_a_page_that_cannot_be_is_refused_with_what_is_allowed(
    people: People, query: dict[str, str], allowed: str
) -> None:
    conversation = start(people.vera)
    status, answer = Caller(people, people.vera).get(f"/chat/messages/{conversation.id}", **query)
    assert (status, answer["success"]) == (400, False)
    assert allowed in answer["message"]
    assert list(answer["errors"]) == list(query)


def test_the_team_lists_all_conversations_and_a_customer_none_but_its_own(people: People, base: str) -> None:
    hers, his = start(people.vera), start(people.walt)
    routing.claim(people.ana, str(his.id))
    start(people.olaf)
    say(people.vera, hers, "What I wrote last")
    ana = Caller(people, people.ana)
    path = f"{base}/support/conversations"
    _, everything = ana.get(path)
    assert {item["_id"] for item in everything["data"]} == {str(hers.id), str(his.id)}
    _, waiting = ana.get(path, status="waiting")
    assert [(item["_id"], item["lastMessage"]) for item in waiting["data"]] == [
        (str(hers.id), "What I wrote last")
    ]
    _, mine = ana.get(path, mine="true")
    assert [item["_id"] for item in mine["data"]] == [str(his.id)]
    status, answer = ana.get(path, status="lost")
    assert (status, "open, waiting, resolved, closed" in answer["message"]) == (400, True)

    vera = Caller(people, people.vera)
    assert vera.get(path)[0] == 403
    assert [item["_id"] for item in vera.get(f"{base}/conversations")[1]["data"]] == [str(hers.id)]


def test_an_ended_conversation_takes_no_more_and_the_next_is_a_new_one(people: People, base: str) -> None:
    vera = Caller(people, people.vera)
    _, first = vera.send("POST", f"{base}/conversations")
    conversation_id = first["data"]["_id"]
    status, ended = vera.send("POST", f"{base}/conversations/{conversation_id}/end", {"reason": "Thanks"})
    assert (status, ended["data"]["status"]) == (200, "closed")
    status, answer = vera.send(
        "POST", f"{base}/messages", {"conversationId": conversation_id, "content": "x"}
    )
    assert (status, answer["code"]) == (409, "conversation_closed")
    _, second = vera.send("POST", f"{base}/conversations")
    assert second["data"]["_id"] != conversation_id


def test_another_agent_reads_but_does_not_write_and_an_admin_does_both(people: People, base: str) -> None:
    conversation = chat_of(people.vera, people.ana)
    body = {"conversationId": str(conversation.id), "content": "I say"}
    bo, sam = Caller(people, people.bo), Caller(people, people.sam)
    assert bo.get(f"{base}/messages/{conversation.id}")[0] == 200
    status, answer = bo.send("POST", f"{base}/messages", body)
    assert (status, answer["code"]) == (403, "not_assigned")
    assert bo.send("POST", f"{base}/conversations/{conversation.id}/end")[0] == 403
    assert sam.send("POST", f"{base}/messages", body)[0] == 200


@pytest.mark.parametrize("claim", [{"role": "admin"}, {"orgId": "away"}, {"userEmail": "sam@home.example"}])
def test_a_body_that_lies_about_its_sender_is_refused(people: People, claim: dict[str, str]) -> None:
    conversation = start(people.vera)
    vera = Caller(people, people.vera)
    body = {"conversationId": str(conversation.id), "content": "I am somebody else"}
    status, answer = vera.send("POST", "/chat/messages", {**body, **claim})
    assert (status, answer["code"]) == (403, "forbidden")
    truth = {"role": "customer", "orgId": "home", "userEmail": "vera@example.com"}
    assert vera.send("POST", "/chat/messages", {**body, **truth})[0] == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", None),
        ("[]", "non_field_errors"),
        ('"text"', "non_field_errors"),
        ({}, "conversationId"),
        ({"conversationId": 5, "content": "x"}, "conversationId"),
        ({"conversationId": ["a"], "content": "x"}, "conversationId"),
        ({"conversationId": "CHAT", "content": 7}, "content"),
        ({"conversationId": "CHAT", "content": " \n "}, "text"),
        ({"conversationId": "CHAT", "content": "x" * 10_001}, "text"),
        ({"conversationId": "CHAT", "content": "a\0b"}, None),
        ({"conversationId": "CHAT", "content": "x", "messageType": "system"}, "messageType"),
        ({"conversationId": "CHAT", "content": "x", "clientMessageId": "c" * 65}, "clientMessageId"),
    ],
)
def test_a_bad_message_gets_a_clear_error_and_stores_nothing(
    people: People, body: Any, field: str | None
) -> None:
    conversation = start(people.vera)
    if isinstance(body, dict):
        body = {
            **body,
            **({"conversationId": str(conversation.id)} if body.get("conversationId") == "CHAT" else {}),
        }
    status, answer = Caller(people, people.vera).send("POST", "/chat/messages", body)
    assert (status, answer["success"]) == (400, False)
    assert answer["message"]
    if field is not None:
        assert field in answer["errors"]
    assert conversation.messages.exclude(type="system").count() == 0


def test_every_address_needs_a_good_token(people: People, base: str) -> None:
    for header, code in (
        (None, "token_missing"),
        ("Bearer nonsense", "token_invalid"),
        ("Basic x", "token_missing"),
    ):
        answer = Client(headers={"Authorization": header} if header else {}).get(f"{base}/conversations")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer["WWW-Authenticate"] == "Bearer"
    token, _ = issue_access_token(people.user(people.vera))
    assert Client().get(f"{base}/conversations", {"token": token}).status_code == 401


def test_an_address_that_leads_nowhere_answers_in_the_envelope(people: People) -> None:
    for path in ("/api/v1/nothing", "/api/v1/chat/nothing", "/chat/nothing", "/chat/"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["success"]) == (404, False), path
