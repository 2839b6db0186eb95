"""The embedded assistant, asked what customers ask of the demo shop (SPEC §9)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from accounts.models import Organization
from chat.actions import articles
from chat.assistant.embedded import Embedded
from chat.assistant.provider import SEARCH, TRANSFER, Line, Model, Purpose, Request
from chat.assistant.toolbox import SearchTool
from chat.models import Article
from tests.assistant.questions import ANSWERED, HANDED_OVER
from tests.support.demo_shop import learn
from tests.support.people import empty_database

pytestmark = pytest.mark.django_db

GETS_A_PERSON = "asking a person"


class HandedOver(Exception):
    """The answer ends, as with the toolbox of a conversation."""


class Tools(SearchTool):
    """Searches, and keeps what it is used for."""

    names = (SEARCH, TRANSFER)

    def __init__(self, organization: Organization) -> None:
        super().__init__(organization.id, 5)
        self.used: list[tuple[str, dict[str, Any]]] = []

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        self.used.append((name, arguments))
        if name == TRANSFER:
            raise HandedOver
        return await super().call(name, arguments)


class Talk:
    """A conversation with the assistant; `reason` says why people take over, once they do."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.history: list[Line] = []
        self.tools = Tools(organization)

    @property
    def reason(self) -> str | None:
        return next((arguments["reason"] for name, arguments in self.tools.used if name == TRANSFER), None)

    def say(self, text: str, limit: int = 4000) -> str:
        """What the assistant answers to that."""
        self.history.append(Line("customer", "Vera", text))
        reply = self.ask("answer", limit)
        self.history.append(Line("assistant", "Ada", reply))
        return reply

    def ask(self, purpose: Purpose, limit: int = 4000) -> str:
        """What it says to all that has been said so far."""
        self.tools = Tools(self.organization)
        request = Request(
            purpose, self.organization.id, "Ada", "", Model(), tuple(self.history), limit, max_tool_calls=5
        )
        return asyncio.run(self._listen(request))

    async def _listen(self, request: Request) -> str:
        reply = ""
        try:
            async for piece in Embedded().answer(request, self.tools):
                reply += piece if isinstance(piece, str) else ""
        except HandedOver:
            pass
        return reply


@pytest.fixture(scope="module")
def shop(test_database, django_db_blocker) -> Iterator[Organization]:
    """An organization that knows what the demo shop knows; these tests change nothing of it."""
    with django_db_blocker.unblock(), override_settings(ASSISTANT_WORDS_PER_SECOND=0):
        organization = Organization.objects.create(name="Shop", slug="shop")
        learn(organization)
        rival = Organization.objects.create(name="Rival", slug="rival")
        articles.save(Article(organization=rival, title="Secret recipe", body="Our glaze recipe is XYZZY."))
        yield organization
        empty_database()


@pytest.fixture
def talk(shop: Organization) -> Talk:
    return Talk(shop)


@pytest.mark.parametrize(("question", "title"), ANSWERED.items())
def test_what_an_article_answers_is_answered_from_it(talk: Talk, question: str, title: str) -> None:
    reply = talk.say(question)
    assert reply.endswith(f"\n\nFrom “{title}”."), reply
    assert talk.reason is None
    assert [name for name, _ in talk.tools.used] == [SEARCH], "everybody sees that it looks something up"


@pytest.mark.parametrize("question", HANDED_OVER, ids=lambda question: question[:40])
def test_what_no_article_answers_goes_to_a_person_who_reads_the_question(talk: Talk, question: str) -> None:
    reply = talk.say(question)
    assert GETS_A_PERSON in reply or "Ich hole einen Menschen" in reply
    assert "From “" not in reply
    assert talk.reason is not None
    assert talk.reason.startswith(f"No article answers: {question[:40]}")
    assert len(talk.reason) < 400


def test_what_another_organization_knows_is_not_known_here(talk: Talk) -> None:
    assert "XYZZY" not in talk.say("What is the secret glaze recipe?")
    rival = Talk(Organization.objects.get(slug="rival"))
    assert "XYZZY" in rival.say("What is the secret glaze recipe?"), "it could have been found"


@pytest.mark.parametrize(
    "wish",
    [
        "I want to talk to a human",
        "agent",
        "Can you connect me with someone?",
        "is there anyone I can speak to?",
        "no more bots please!",
        "I'd like to speak to your manager about my delivery",
        "Give me a real person",
        "I want to make a complaint",
        "Ich möchte mit einem Mitarbeiter sprechen",
    ],
)
def test_whoever_asks_for_a_person_gets_one_and_no_article(talk: Talk, wish: str) -> None:
    reply = talk.say(wish)
    assert reply in (
        "Of course. I am asking a person to take over.",
        "Natürlich. Ich hole einen Menschen dazu.",
    )
    assert talk.tools.used == [(TRANSFER, {"reason": "The customer asks for a person."})]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Hi there!", "Hello! What can I do for you?"),
        ("Guten Morgen", "Hallo! Was kann ich für Sie tun?"),
        ("ok thanks, bye", "You are welcome."),
        ("bye", "Goodbye!"),
        ("yes", "All right."),
        ("are you a bot?", "I am Ada, an automatic assistant"),
        ("Who am I talking to?", "I am Ada, an automatic assistant"),
    ],
)
def test_small_talk_is_answered_without_a_search_and_without_a_person(
    talk: Talk, said: str, answer: str
) -> None:
    assert answer in talk.say(said)
    assert talk.tools.used == []


def test_what_says_nothing_is_asked_about_once(talk: Talk) -> None:
    for nothing in ("?!", "🙂🙂"):
        assert talk.reason is None
        reply = talk.say(nothing)
    assert GETS_A_PERSON in reply
    assert talk.reason == "The assistant does not understand what the customer writes."


def test_a_question_that_leans_on_the_one_before_is_about_the_same(talk: Talk) -> None:
    assert "Open Orders" in talk.say("How do I return something?")
    assert "two to four days" in talk.say("and how long does that take?")
    fresh = Talk(talk.organization)
    fresh.say("and how long does that take?")
    assert fresh.reason is not None, "by itself it is about nothing"


def test_the_same_question_again_is_not_answered_in_the_same_words(talk: Talk) -> None:
    replies = []
    while talk.reason is None:
        replies.append(talk.say("Where is my order?"))
    assert len(set(replies)) == len(replies) == 4
    assert all("From “Where is my order?”" in reply for reply in replies[:-1])
    assert replies[-1] == "That is all I know about it. I am asking a person to help you."


def test_after_an_agent_it_goes_on_with_what_nobody_has_answered(talk: Talk) -> None:
    talk.history = [
        Line("customer", "Vera", "My jug arrived broken"),
        Line("agent", "Ana", "A new one leaves today. Anything else?"),
        Line("customer", "Vera", "Yes."),
        Line("customer", "Vera", "How do I unsubscribe from the newsletter?"),
    ]
    assert "From “Privacy and your data”." in talk.ask("answer")


def test_a_suggestion_is_what_an_agent_could_send_and_never_hands_over(talk: Talk) -> None:
    talk.history = [Line("customer", "Vera", "How long is the warranty?")]
    reply = talk.ask("suggestion")
    assert reply.startswith("Everything has a warranty of two years")
    assert "From “" not in reply
    for unknown in ("Do you sell garden furniture?", "I want to talk to a human", "?!", "x" * 10_000):
        talk.history = [Line("customer", "Vera", unknown)]
        assert talk.ask("suggestion") == (
            "Thank you for writing. Could you tell me a little more about it?"
        ), unknown
        assert talk.reason is None
    talk.history = []
    assert talk.ask("suggestion")


def test_a_summary_quotes_the_customer_and_names_what_has_been_answered(talk: Talk) -> None:
    assert talk.ask("summary") == "The customer has not asked anything yet.\nNo article has answered it."
    for text in ("Hello", "How do I return something?", "and how long does that take?", "Do you sell sofas?"):
        talk.say(text)
    assert talk.ask("summary") == (
        "The customer asked: “How do I return something?”\nLast: “Do you sell sofas?”\n"
        "Answered from “Returns”."
    )
    talk.history = [Line("customer", "Vera", "word " * 2000)] * 2
    assert len(talk.ask("summary")) < 500


@pytest.mark.parametrize(
    "text",
    [
        "where is my order " * 550,
        " ".join(f"word{number}" for number in range(1500)),
        "?" * 10_000,
        "🙂" * 10_000,
        "मेरा पार्सल कहाँ है? " * 400,
        "<script>alert(1)</script>" * 400,
        "talk to " * 1250,
        "not " * 2500,
        "\u202e\x00\ud800 where is my order?",
    ],
    ids=lambda text: text[:12].encode("ascii", "backslashreplace").decode(),
)
def test_what_is_huge_or_strange_is_answered_or_handed_over_quickly(talk: Talk, text: str) -> None:
    started = time.process_time()
    reply = talk.say(text)
    assert reply
    assert (
        talk.reason is not None
        or "From “" in reply
        or reply == "Could you tell me in a sentence what it is about?"
    )
    assert time.process_time() - started < 2


def test_an_answer_is_not_longer_than_it_may_be(talk: Talk) -> None:
    reply = talk.say("How do I return something?", limit=100)
    assert 50 < len(reply) <= 100
    assert reply.endswith("…\n\nFrom “Returns”.")


def test_an_answer_comes_in_words_at_the_pace_of_the_setting(talk: Talk) -> None:
    with override_settings(ASSISTANT_WORDS_PER_SECOND=200):
        started = time.monotonic()
        reply = talk.say("How do I return something?")
    assert time.monotonic() - started > len(reply.split()) / 200 * 0.8
