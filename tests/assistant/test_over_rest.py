"""A chat with the assistant for a customer who has REST alone: it polls, and misses nothing (SPEC §6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.actions import articles, routing
from chat.models import Article
from tests.assistant.test_answers import wait_for
from tests.security.asking import call
from tests.support.assistants import assistant_of
from tests.support.people import People
from tests.support.rest import Caller
from tests.support.told import Told

pytestmark = pytest.mark.database

QUESTION = "How long does delivery take?"
ANSWER = "Delivery takes two working days"


@pytest.fixture
def ada(people: People, told: Told, settings) -> dict[str, str]:
    """The embedded assistant, with one article; as payloads name it."""
    settings.ASSISTANT_WORDS_PER_SECOND = 0
    body = f"{ANSWER} within the country."
    articles.save(
        Article(organization=people.support.organization, title="Delivery times", body=body, source="")
    )
    assistant = assistant_of(people, greeting="Hello, I am Ada.")
    return {"_id": str(assistant.user_id), "name": "Ada"}


class Poller:
    """A customer's program that asks `sync` again and again."""

    def __init__(self, people: People) -> None:
        self.rest = Caller(people, people.vera)
        self.conversation: dict[str, Any] = self.rest.send("POST", "/chat/conversations")[1]["data"]
        self.id = self.conversation["_id"]
        self.messages: list[dict[str, Any]] = self.rest.get(f"/chat/messages/{self.id}")[1]["data"]
        self.cursor = self.rest.get("/chat/sync")[1]["data"]["cursor"]

    def say(self, text: str) -> None:
        """Send a message."""
        body = {"conversationId": self.id, "messageType": "text", "content": text}
        status, answer = self.rest.send("POST", "/chat/messages", body)
        assert status == 200, answer

    def poll(self) -> Poller:
        """Take in what is new."""
        page = self.rest.get("/chat/sync", cursor=self.cursor)[1]["data"]
        self.cursor = page["cursor"]
        self.messages += page["messages"]
        for conversation in page["conversations"]:
            self.conversation = conversation
        return self

    @property
    def said(self) -> list[tuple[str | None, str]]:
        """Who has said what, the system's lines left out."""
        people = [one for one in self.messages if one["senderId"]]
        return [(one["senderId"]["first_name"], one["content"]) for one in people]


def test_a_polling_customer_is_answered_and_finds_the_answer_again(
    people: People, ada: dict[str, str]
) -> None:
    vera = Poller(people)
    state = [vera.conversation[name] for name in ("status", "handler", "assistant", "assignedSupportId")]
    assert state == ["open", "assistant", ada, None]
    assert vera.said == [("Ada", "Hello, I am Ada.")]
    vera.say(QUESTION)
    wait_for(lambda: len(vera.poll().said) == 3, "the answer")
    assert vera.said[1] == ("Vera", QUESTION)
    assert ANSWER in vera.said[2][1]
    assert [one["fromAssistant"] for one in vera.messages if one["senderId"]] == [True, False, True]
    answer = vera.messages[-1]
    assert answer["senderId"] == {"_id": ada["_id"], "first_name": "Ada", "last_name": "", "role": "Support"}
    assert vera.rest.get(f"/chat/messages/{vera.id}")[1]["data"] == vera.messages
    assert vera.conversation["unreadCount"][str(people.vera.user_id)] == 2

    assert vera.rest.send("PATCH", f"/chat/conversations/{vera.id}/read")[0] == 200
    assert vera.poll().conversation["unreadCount"][str(people.vera.user_id)] == 0
    [hit] = vera.rest.get("/chat/messages/search", q="two working days")[1]["data"]
    assert (hit["_id"], hit["fromAssistant"], hit["conversation"]["_id"]) == (answer["_id"], True, vera.id)

    transcript = f"/chat/conversations/{vera.id}/transcript"
    document = json.loads(call(people.vera, "GET", transcript, {"format": "json"})[2])
    assert document["agents"] == ["Ada"]
    assert [(line["senderName"], line["senderRole"]) for line in document["messages"]] == [
        ("", "system"),
        ("Ada", "assistant"),
        ("Vera", "customer"),
        ("Ada", "assistant"),
    ]
    assert "] Ada (assistant)\n" in call(people.vera, "GET", transcript, {"format": "txt"})[2]


def test_a_polling_customer_sees_that_people_take_over_and_the_team_reads_why(
    people: People, ada: dict[str, str]
) -> None:
    vera, ana = Poller(people), Caller(people, people.ana)

    def listed(handler: str) -> list[str]:
        found = ana.get("/chat/support/conversations", handler=handler)[1]["data"]
        return [one["_id"] for one in found]

    assert (listed("assistant"), listed("queue")) == ([vera.id], [])
    vera.say("I want to talk to a person")
    wait_for(lambda: vera.poll().conversation["handler"] == "queue", "the hand-over")
    assert (listed("assistant"), listed("queue")) == ([], [vera.id])
    assert (vera.conversation["status"], vera.conversation["assistant"]) == ("waiting", ada)

    def notes() -> list[dict[str, Any]]:
        return list(ana.get(f"/chat/conversations/{vera.id}/notes")[1]["data"])

    wait_for(lambda: len(notes()) == 2, "the summary")
    assert {note["authorId"]["_id"] for note in notes()} == {ada["_id"]}
    assert not [note for note in notes() for one in vera.poll().messages if note["content"] in one["content"]]
    routing.claim(people.ana, vera.id)
    assert vera.poll().conversation["assignedSupportId"]["first_name"] == "Ana"
    assert (vera.conversation["handler"], vera.conversation["assistant"]) == ("agent", ada)
