"""What is asked of language models counts, whoever asks, and stops at the day's limits."""

import pytest

from chat.actions import assistant_usage, routing
from chat.assistant import suggestion
from chat.models import AssistantUsage, Note
from tests.support.assistants import assistant_of, ended, notes, wait_for
from tests.support.chats import say, start, texts

pytestmark = pytest.mark.database


def tokens(customer=None) -> int:
    found = AssistantUsage.objects.filter(customer_id=customer.user_id if customer else None)
    return sum(found.values_list("tokens", flat=True))


def suggest(told, agent, chat) -> list[dict]:
    heard: list[dict] = []

    async def ask() -> None:
        await (await suggestion.begin(agent, str(chat.id), heard.append)).write()

    told.process.run(ask())
    return heard


def test_an_answer_counts_for_its_customer_and_the_organization(people, told, asks):
    asks("say It comes tomorrow.")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    ended(told)
    assert tokens(people.vera) == tokens() > 0
    assert tokens(people.walt) == 0


def test_who_has_used_up_its_tokens_gets_a_person_and_the_model_is_not_asked(people, told, asks, model):
    asks("say It comes tomorrow.")
    ada = assistant_of(people, customer_tokens_per_day=100)
    assistant_usage.add(ada, people.vera.user_id, 100)
    asked_before = len(model.requests)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: any("Summary" in note for note in notes(chat)), "the summary")
    assert notes(chat)[0] == "Handed over: This customer's 100 tokens for today are used up."
    assert texts(chat)[-1] == "Ada could not answer. A person will."
    # The organization has tokens left for the summary.
    assert len(model.requests) == asked_before + 1
    assert tokens(people.vera) == 100 < tokens()


def test_a_suggestion_counts_for_the_organization_alone_until_its_tokens_are_used_up(
    people, told, asks, model
):
    asks("say It comes tomorrow.")
    ada = assistant_of(people, organization_tokens_per_day=10_000)
    chat = start(people.vera)
    routing.take_over(people.ana, str(chat.id))
    say(people.vera, chat, "Where is my parcel?")
    assert suggest(told, people.ana, chat)[-1]["reason"] == "complete"
    assert tokens(people.vera) == 0 < tokens()
    assistant_usage.add(ada, None, 10_000)
    asked_before = len(model.requests)
    [end] = suggest(told, people.ana, chat)
    assert end["reason"] == "failed"
    assert len(model.requests) == asked_before


def test_the_embedded_assistant_sums_up_when_the_tokens_are_used_up(people, told, asks, model):
    ada = assistant_of(people, organization_tokens_per_day=100)
    assistant_usage.add(ada, None, 100)
    asked_before = len(model.requests)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(
        lambda: Note.objects.filter(conversation=chat, text__startswith="Summary").exists(), "the summary"
    )
    assert "Where is my parcel?" in notes(chat)[-1]
    assert (len(model.requests), tokens()) == (asked_before, 100)
