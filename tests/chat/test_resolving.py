"""Resolve, open again, let wait again, give to another, rate (SPEC §3)."""

import pytest

from chat.actions import ratings, resolving, routing
from chat.actions.conversations import close_conversation
from chat.errors import Conflict, ConversationClosed, Forbidden, InvalidInput, NotAssigned, NotFound
from chat.events import ConversationChanged, QueueChanged
from chat.models import Conversation, Rating, Transition
from queueing.models import Entry, Timer
from tests.support.chats import chat_of, say, start, texts

pytestmark = pytest.mark.database


@pytest.fixture
def chat(people, told):
    chat = chat_of(people.vera, people.ana)
    told.forget()
    return chat


def stands(chat: Conversation) -> tuple[str, str | None]:
    chat.refresh_from_db()
    return chat.status, chat.agent.first_name if chat.agent else None


def test_the_agent_resolves_and_the_customers_next_message_opens_the_chat_again(people, told, chat):
    resolving.resolve(people.ana, str(chat.id))
    assert stands(chat) == ("resolved", "Ana")
    say(people.ana, chat, "Write whenever you like.")
    assert stands(chat) == ("resolved", "Ana")
    say(people.vera, chat, "One more thing")
    assert stands(chat) == ("open", "Ana")
    assert texts(chat)[2:] == [
        "Ana resolved the chat",
        "Write whenever you like.",
        "Chat reopened",
        "One more thing",
    ]
    assert [event.kind for event in told.of(ConversationChanged)] == ["resolved", "reopened"]
    assert [row.kind for row in chat.transitions.all()] == ["started", "claimed", "resolved", "reopened"]
    assert Timer.objects.filter(key=str(chat.id)).count() == 2


def test_a_resolved_chat_whose_agent_is_gone_waits_when_the_customer_writes(people, told, chat):
    resolving.resolve(people.ana, str(chat.id))
    agent = people.user(people.ana)
    agent.is_active = False
    agent.save()
    say(people.vera, chat, "Hello?")
    assert stands(chat) == ("waiting", None)
    assert Entry.objects.get().key == str(chat.id)
    assert next(event.kind for event in told.of(QueueChanged)) == "added"
    assert set(Timer.objects.values_list("kind", flat=True)) == {"queue-timeout"}


def test_a_waiting_chat_is_resolved_by_who_serves_its_queue_and_waits_no_more(people, told):
    chat = start(people.vera)
    with pytest.raises(NotAssigned):
        resolving.resolve(people.olga, str(chat.id))
    assert Entry.objects.count() == 1
    resolving.resolve(people.bo, str(chat.id))
    assert (stands(chat), Entry.objects.count()) == (("resolved", None), 0)
    assert [event.kind for event in told.of(QueueChanged)] == ["added", "removed"]


def test_resolving_twice_and_reopening_what_is_open_change_nothing(people, told, chat):
    resolving.reopen(people.ana, chat.id)
    assert told.of(ConversationChanged) == []
    for _ in range(2):
        resolving.resolve(people.ana, str(chat.id))
    assert len(told.of(ConversationChanged)) == 1


def test_who_may_not_resolve_is_refused(people, chat):
    for person, error in (
        (people.vera, Forbidden),
        (people.walt, Forbidden),
        (people.bo, NotAssigned),
        (people.oskar, NotFound),
    ):
        with pytest.raises(error):
            resolving.resolve(person, str(chat.id))
    resolving.resolve(people.sam, str(chat.id))
    with pytest.raises(NotAssigned):
        resolving.reopen(people.bo, chat.id)
    close_conversation(people.ana, str(chat.id))
    for act in (resolving.resolve, routing.return_to_queue):
        with pytest.raises(ConversationClosed):
            act(people.ana, str(chat.id))
    with pytest.raises(ConversationClosed):
        resolving.reopen(people.vera, chat.id)


def test_a_chat_that_is_returned_waits_ahead_of_those_who_came_later(people, told, chat):
    later = start(people.walt)
    routing.return_to_queue(people.ana, str(chat.id))
    assert stands(chat) == ("waiting", None)
    assert routing.pick_next(people.bo).id == chat.id
    assert routing.pick_next(people.bo).id == later.id
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "too late")


def test_only_who_has_a_chat_returns_it(people, chat):
    for person, error in ((people.vera, Forbidden), (people.bo, NotAssigned), (people.oskar, NotFound)):
        with pytest.raises(error):
            routing.return_to_queue(person, str(chat.id))
    assert stands(chat) == ("open", "Ana")


def test_an_admin_gives_a_chat_to_another_agent_whoever_has_it(people, told, chat):
    routing.reassign(people.sam, str(chat.id), str(people.bo.user_id))
    assert stands(chat) == ("open", "Bo")
    assert texts(chat)[-1] == "Sam gave the chat to Bo"
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "too late")
    say(people.bo, chat, "I am Bo")
    waiting = start(people.walt)
    routing.reassign(people.sam, str(waiting.id), str(people.olga.user_id))
    assert (stands(waiting), Entry.objects.count()) == (("open", "Olga"), 0)
    assert told.of(QueueChanged)[-1].taken_by.first_name == "Olga"
    before = Transition.objects.count()
    routing.reassign(people.sam, str(waiting.id), str(people.olga.user_id))
    assert Transition.objects.count() == before


def test_a_chat_is_given_by_admins_only_and_to_agents_of_the_organization_only(people, chat):
    for person in (people.vera, people.ana, people.bo):
        with pytest.raises(Forbidden, match="Only admins"):
            routing.reassign(person, str(chat.id), str(people.bo.user_id))
    gone = people.user(people.bo)
    gone.is_active = False
    gone.save()
    for target in (people.vera, people.oskar, people.bo):
        with pytest.raises(NotFound, match="no such agent"):
            routing.reassign(people.sam, str(chat.id), str(target.user_id))
    with pytest.raises(NotFound):
        routing.reassign(people.oskar, str(chat.id), str(people.oskar.user_id))
    close_conversation(people.ana, str(chat.id))
    with pytest.raises(ConversationClosed):
        routing.reassign(people.sam, str(chat.id), str(people.olga.user_id))
    assert stands(chat) == ("closed", "Ana")


def test_a_customer_rates_what_is_over_and_may_think_again(people, told, chat):
    with pytest.raises(Conflict, match="once it is closed or resolved"):
        ratings.rate(people.vera, str(chat.id), 5)
    resolving.resolve(people.ana, str(chat.id))
    ratings.rate(people.vera, str(chat.id), 2, " Slow ")
    close_conversation(people.ana, str(chat.id))
    ratings.rate(people.vera, str(chat.id), 4)
    assert Rating.objects.values_list("score", "comment").get() == (4, "")
    rated = [event.conversation.rating for event in told.of(ConversationChanged) if event.kind == "rated"]
    assert [(rating.score, rating.comment) for rating in rated] == [(2, "Slow"), (4, "")]


def test_what_is_no_rating_or_nobodys_to_give_is_refused(people, chat):
    close_conversation(people.ana, str(chat.id))
    for score in (0, 6, -1, True):
        with pytest.raises(InvalidInput, match="from 1 to 5"):
            ratings.rate(people.vera, str(chat.id), score)
    for comment in ("x" * 2001, "a\0b"):
        with pytest.raises(InvalidInput, match="2,000 characters"):
            ratings.rate(people.vera, str(chat.id), 5, comment)
    for person, error in ((people.walt, NotFound), (people.olaf, NotFound), (people.ana, Forbidden)):
        with pytest.raises(error):
            ratings.rate(person, str(chat.id), 5)
    assert not Rating.objects.exists()
