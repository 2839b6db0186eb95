"""Handing a chat on: to an agent, into a queue, and taking it over (SPEC §3)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.actions import asking, offers, routing, transfers
from chat.actions.conversations import close_conversation
from chat.errors import (
    AlreadyTaken,
    AtCapacity,
    Conflict,
    ConversationClosed,
    Forbidden,
    NotAssigned,
    NotFound,
)
from chat.events import ChatOffered, ConversationChanged, OfferEnded, QueueChanged, TransferRefused
from chat.models import Conversation, Note, Transition
from queueing import timers
from queueing.models import Agent, Offer, Timer
from tests.support.chats import chat_of, say, start, texts

pytestmark = pytest.mark.database


@pytest.fixture
def chat(people):
    """Vera's chat, which Ana has."""
    return chat_of(people.vera, people.ana)


@pytest.fixture
def asked(people, told, here, chat):
    """Ana has asked Bo to take her chat."""
    here(people.bo)
    told.forget()
    transfers.transfer_to_agent(people.ana, str(chat.id), people.bo.email, note="She is in a hurry")
    return chat


def owner(chat):
    chat.refresh_from_db()
    return chat.status, chat.agent_id


def test_an_agent_who_is_asked_has_the_chat_when_it_accepts_and_not_before(people, told, asked):
    [request] = told.of(ChatOffered)
    assert (request.agent_id, request.from_agent.name, request.note) == (
        str(people.bo.user_id),
        "Ana",
        "She is in a hurry",
    )
    assert owner(asked) == ("open", people.ana.user_id)
    say(people.ana, asked, "A colleague will take over")
    told.forget()
    offers.accept(people.bo, str(asked.id))
    assert owner(asked) == ("open", people.bo.user_id)
    assert texts(asked)[-1] == "Transferred to Bo"
    assert [change.kind for change in told.of(ConversationChanged)] == ["transferred"]
    assert (told.of(OfferEnded), told.of(TransferRefused)) == ([], [])
    assert not Offer.objects.exists()
    assert not Timer.objects.filter(kind="answer-timeout").exists()
    with pytest.raises(NotAssigned):
        say(people.ana, asked, "One more thing")
    assert Note.objects.get().text == "She is in a hurry"


def test_a_chat_stays_with_its_agent_when_the_other_declines(people, told, asked):
    told.forget()
    offers.decline(people.bo, str(asked.id))
    assert owner(asked) == ("open", people.ana.user_id)
    [refused] = told.of(TransferRefused)
    assert (refused.agent_id, refused.to_agent.name, refused.reason) == (
        str(people.ana.user_id),
        "Bo",
        "declined",
    )
    with pytest.raises(Conflict):
        offers.decline(people.bo, str(asked.id))
    with pytest.raises(AlreadyTaken):
        offers.accept(people.bo, str(asked.id))


def test_a_chat_stays_with_its_agent_when_the_other_does_not_answer_in_time(people, told, asked):
    due = Offer.objects.get().expires_at
    timers.fire_due(due - timedelta(seconds=1))
    assert Offer.objects.exists()
    told.forget()
    timers.fire_due(due)
    assert owner(asked) == ("open", people.ana.user_id)
    assert [refused.reason for refused in told.of(TransferRefused)] == ["timeout"]
    assert [ended.reason for ended in told.of(OfferEnded)] == ["timeout"]
    with pytest.raises(AlreadyTaken):
        offers.accept(people.bo, str(asked.id))


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda people, chat: close_conversation(people.vera, str(chat.id)),
        lambda people, chat: routing.return_to_queue(people.ana, str(chat.id)),
        lambda people, chat: routing.reassign(people.sam, str(chat.id), str(people.olga.user_id)),
        lambda people, chat: routing.take_over(people.sam, str(chat.id)),
    ],
    ids=["closed", "returned", "reassigned", "taken over"],
)
def test_nobody_is_asked_any_more_about_a_chat_that_goes_elsewhere(people, told, asked, elsewhere):
    told.forget()
    elsewhere(people, asked)
    assert [(ended.agent_id, ended.reason) for ended in told.of(OfferEnded)] == [
        (str(people.bo.user_id), "withdrawn")
    ]
    assert [refused.reason for refused in told.of(TransferRefused)] == ["withdrawn"]
    before = owner(asked)
    with pytest.raises(AlreadyTaken):
        offers.accept(people.bo, str(asked.id))
    assert owner(asked) == before


def test_whoever_is_asked_second_takes_the_place_of_the_first(people, told, here, asked):
    here(people.olga)
    told.forget()
    transfers.transfer_to_agent(people.ana, str(asked.id), str(people.olga.user_id))
    assert [ended.agent_id for ended in told.of(OfferEnded)] == [str(people.bo.user_id)]
    assert Offer.objects.get().user_id == people.olga.user_id
    offers.accept(people.olga, str(asked.id))
    assert owner(asked) == ("open", people.olga.user_id)


def test_an_agent_who_is_full_cannot_accept_and_is_still_asked(people, here, asked, told):
    Agent.objects.update_or_create(user_id=people.bo.user_id, defaults={"capacity": 1})
    chat_of(people.walt, people.bo)
    with pytest.raises(AtCapacity):
        offers.accept(people.bo, str(asked.id))
    assert owner(asked) == ("open", people.ana.user_id)
    assert [request.conversation_id for request in asking.pending_for(people.bo.user_id)] == [str(asked.id)]


def test_who_is_offline_unknown_or_has_the_chat_cannot_be_asked(people, here, chat):
    with pytest.raises(Conflict, match="Bo is offline"):
        transfers.transfer_to_agent(people.ana, str(chat.id), people.bo.email)
    here(people.ana)
    with pytest.raises(Conflict, match="Ana has this chat already"):
        transfers.transfer_to_agent(people.ana, str(chat.id), people.ana.email)
    for nobody in ("nobody@example.com", people.vera.email, people.oskar.email, str(uuid4()), "x"):
        with pytest.raises(NotFound):
            transfers.transfer_to_agent(people.ana, str(chat.id), nobody)
    assert not Offer.objects.exists()


def test_only_who_has_the_chat_and_admins_hand_it_on(people, here, chat):
    here(people.olga)
    for stranger, error in ((people.bo, NotAssigned), (people.vera, Forbidden), (people.oskar, NotFound)):
        with pytest.raises(error):
            transfers.transfer_to_agent(stranger, str(chat.id), people.olga.email)
        with pytest.raises(error):
            transfers.transfer_to_queue(stranger, str(chat.id), str(people.sales.id))
    assert owner(chat) == ("open", people.ana.user_id)
    transfers.transfer_to_queue(people.sam, str(chat.id), str(people.sales.id))
    assert owner(chat) == ("waiting", None)


def test_a_chat_that_nobody_has_is_not_handed_on(people):
    with pytest.raises(NotAssigned):
        transfers.transfer_to_queue(people.ana, str(start(people.vera).id), str(people.sales.id))
    with pytest.raises(Conflict, match="Take it first"):
        transfers.transfer_to_queue(people.sam, str(start(people.vera).id), str(people.sales.id))


def test_in_its_new_queue_a_chat_stands_before_those_who_came_later(people, told, chat):
    later = start(people.walt, str(people.sales.id))
    say(people.vera, chat, "What does a jug cost?")
    told.forget()
    transfers.transfer_to_queue(people.ana, str(chat.id), str(people.sales.id), "About a price")
    assert [
        (event.kind, event.queue_id, event.waiting, event.preview) for event in told.of(QueueChanged)
    ] == [("added", str(people.sales.id), 2, "What does a jug cost?")]
    assert texts(chat)[-1] == "Transferred to Sales"
    step = Transition.objects.filter(conversation=chat).last()
    assert (step.kind, step.from_queue, step.to_queue) == ("transferred", people.support, people.sales)
    assert Note.objects.get().text == "About a price"
    assert [routing.pick_next(people.olga) for _ in range(2)] == [chat, later]


def test_a_queue_of_another_organization_does_not_exist(people, chat):
    for queue_id in (str(people.elsewhere.id), str(uuid4()), "x"):
        with pytest.raises(NotFound):
            transfers.transfer_to_queue(people.ana, str(chat.id), queue_id)


def test_agents_take_over_from_the_assistant_and_only_admins_from_each_other(people, chat):
    with pytest.raises(NotAssigned):
        routing.take_over(people.bo, str(chat.id))
    assert routing.take_over(people.sam, str(chat.id)).agent_id == people.sam.user_id
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "Still mine?")
    Conversation.objects.filter(id=chat.id).update(agent=None)  # as the assistant has it
    assert routing.take_over(people.olga, str(chat.id)).agent_id == people.olga.user_id
    assert texts(chat)[-1] == "Olga joined"
    close_conversation(people.sam, str(chat.id))
    with pytest.raises(ConversationClosed):
        routing.take_over(people.olga, str(chat.id))


def test_waiting_chats_are_taken_over_by_those_who_serve_their_queue(people):
    chat = start(people.vera)
    with pytest.raises(NotFound):
        routing.take_over(people.olga, str(chat.id))
    assert routing.take_over(people.bo, str(chat.id)).agent_id == people.bo.user_id
    assert routing.pick_next(people.ana) is None
    assert chat.queued_at < timezone.now()
