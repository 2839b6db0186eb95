"""Queues that ask: whom, in which order, and what follows from each answer (SPEC §8)."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts import presence
from chat.actions import asking, offers, routing
from chat.actions.conversations import close_conversation
from chat.errors import AlreadyTaken, AtCapacity, Forbidden, HelpdeskError, NotFound
from chat.events import ChatOffered, OfferEnded, QueueChanged
from chat.models import Conversation
from queueing import timers
from queueing.models import Agent, Member, Offer, Skill, Timer
from tests.support.chats import chat_of, say, start, texts
from tests.support.people import visitor
from tests.support.together import together

pytestmark = pytest.mark.database


@pytest.fixture
def asks(people):
    """The queue "Support", which asks its agents."""
    people.support.mode = "push"
    people.support.save()
    return people.support


def is_asked():
    """Who is asked about what."""
    return {offer.key: offer.user_id for offer in Offer.objects.filter(state="pending")}


def time_out():
    timers.fire_due(max(Offer.objects.filter(state="pending").values_list("expires_at", flat=True)))


def test_the_agent_with_the_fewest_chats_is_asked_and_has_the_chat_when_it_accepts(people, told, asks, here):
    chat_of(people.walt, people.ana)
    here(people.ana, people.bo)
    told.forget()
    chat = start(people.vera)
    [request] = told.of(ChatOffered)
    assert (request.agent_id, request.conversation_id) == (str(people.bo.user_id), str(chat.id))
    assert 0 < (request.expires_at - request.asked_at).total_seconds() <= 30
    chat.refresh_from_db()
    assert chat.status == "waiting"
    assert offers.accept(people.bo, str(chat.id)).agent_id == people.bo.user_id
    assert texts(chat) == ["Chat started", "Bo joined"]
    assert [event.kind for event in told.of(QueueChanged)] == ["added", "removed"]
    assert told.of(OfferEnded) == []
    assert not Offer.objects.exists()
    assert offers.accept(people.bo, str(chat.id)) == chat, "to accept twice changes nothing"


def test_of_two_with_as_many_chats_the_one_that_is_longer_without_a_new_one_is_asked(people, asks, here):
    for agent, customer in ((people.ana, people.vera), (people.bo, people.walt)):
        chat_of(customer, agent)
    here(people.ana, people.bo)
    chat = start(visitor(people.widget, "Guest"))
    assert is_asked() == {str(chat.id): people.ana.user_id}


def test_who_is_away_busy_elsewhere_full_or_without_the_skill_is_not_asked(people, asks, here, told):
    asks.skills.add(Skill.objects.create(organization=asks.organization, name="french"))
    here(people.ana, people.bo, people.olga)
    told.process.run(presence.set_status(people.ana.user_id, "away"))
    first = start(people.vera)
    assert is_asked() == {}
    Member.objects.create(queue=asks, user_id=people.olga.user_id)
    asking.ask_everywhere()
    assert is_asked() == {}
    speaks = Agent.objects.create(user_id=people.bo.user_id, capacity=1)
    speaks.skills.add(Skill.objects.get())
    assert asking.ask_everywhere() == 1
    assert is_asked() == {str(first.id): people.bo.user_id}
    start(people.walt)
    assert len(is_asked()) == 1, "being asked about a chat takes its room"
    assert asking.ask_everywhere() == 0


def test_after_a_refusal_the_next_agent_is_asked_and_nobody_twice(people, told, asks, here):
    here(people.ana, people.bo)
    chat = start(people.vera)
    first = is_asked()[str(chat.id)]
    agents = {agent.user_id: agent for agent in (people.ana, people.bo)}
    offers.decline(agents[first], str(chat.id))
    second = is_asked()[str(chat.id)]
    assert {first, second} == {people.ana.user_id, people.bo.user_id}
    told.forget()
    time_out()
    assert [(ended.agent_id, ended.reason) for ended in told.of(OfferEnded)] == [(str(second), "timeout")]
    assert is_asked() == {}
    assert asking.ask_everywhere() == 0, "everyone has been asked in this round"
    chat.refresh_from_db()
    assert chat.status == "waiting"
    assert routing.pick_next(people.ana) == chat, "it waits as any other chat does"


def test_a_new_round_begins_after_a_while(people, asks, here):
    here(people.ana)
    chat = start(people.vera)
    offers.decline(people.ana, str(chat.id))
    assert is_asked() == {}
    [again] = Timer.objects.filter(kind="new-round")
    timers.fire_due(again.due_at - timedelta(seconds=1))
    assert is_asked() == {}
    timers.fire_due(again.due_at)
    assert is_asked() == {str(chat.id): people.ana.user_id}


def test_an_agent_who_comes_later_is_asked_in_the_same_round(people, asks, here):
    here(people.ana)
    chat = start(people.vera)
    offers.decline(people.ana, str(chat.id))
    here(people.bo)
    assert asking.ask_everywhere() == 1
    assert is_asked() == {str(chat.id): people.bo.user_id}


def test_chats_are_offered_in_the_order_of_the_line(people, asks, here):
    Agent.objects.create(user_id=people.ana.user_id, capacity=1)
    first, second = start(people.vera), start(people.walt)
    here(people.ana)
    assert asking.ask_everywhere() == 1
    assert is_asked() == {str(first.id): people.ana.user_id}
    close_conversation(people.vera, str(first.id))
    asking.ask_everywhere()
    assert is_asked() == {str(second.id): people.ana.user_id}


def test_a_chat_that_others_take_or_that_is_closed_is_not_offered_any_more(people, told, asks, here):
    here(people.ana)
    for take in (
        lambda chat: routing.pick_next(people.bo),
        lambda chat: routing.claim(people.bo, str(chat.id)),
        lambda chat: close_conversation(people.sam, str(chat.id)),
        lambda chat: routing.reassign(people.sam, str(chat.id), str(people.olga.user_id)),
    ):
        chat = start(visitor(people.widget, "Guest"))
        assert is_asked() == {str(chat.id): people.ana.user_id}
        told.forget()
        take(chat)
        assert [(ended.agent_id, ended.reason) for ended in told.of(OfferEnded)] == [
            (str(people.ana.user_id), "withdrawn")
        ]
        assert not Offer.objects.exists()
        with pytest.raises(AlreadyTaken):
            offers.accept(people.ana, str(chat.id))


def test_only_who_is_asked_can_answer(people, asks, here):
    here(people.ana)
    chat = start(people.vera)
    for answer in (offers.accept, offers.decline):
        for stranger, code in (
            (people.bo, {"already_taken", "conflict"}),
            (people.vera, {Forbidden.code}),
            (people.oskar, {NotFound.code}),
        ):
            with pytest.raises(HelpdeskError) as refused:
                answer(stranger, str(chat.id))
            assert refused.value.code in code
    assert is_asked() == {str(chat.id): people.ana.user_id}


def test_an_agent_who_became_full_cannot_accept(people, asks, here):
    here(people.ana)
    chat = start(people.vera)
    Agent.objects.filter(user_id=people.ana.user_id).update(capacity=1)
    people.support.mode = "pull"
    people.support.save()
    chat_of(people.walt, people.ana)
    with pytest.raises(AtCapacity):
        offers.accept(people.ana, str(chat.id))
    chat.refresh_from_db()
    assert chat.status == "waiting"


def test_an_agent_who_comes_back_is_asked_again_what_it_was_being_asked(people, asks, here):
    here(people.ana)
    chat = start(people.vera)
    say(people.vera, chat, "My jug leaks")
    [request] = asking.pending_for(people.ana.user_id)
    assert (request.conversation_id, request.preview, request.queue.name) == (
        str(chat.id),
        "My jug leaks",
        "Support",
    )
    assert request.waiting_since == chat.queued_at
    assert asking.pending_for(people.bo.user_id) == []


def test_many_processes_that_ask_at_once_ask_one_agent_about_each_chat(people, asks, here):
    for number in range(6):
        start(visitor(people.widget, f"Guest {number}"))
    for agent in (people.ana, people.bo):
        Agent.objects.update_or_create(user_id=agent.user_id, defaults={"capacity": 2})
    here(people.ana, people.bo)
    together([asking.ask_everywhere] * 6)
    asked = list(is_asked().values())
    assert sorted(map(asked.count, {people.ana.user_id, people.bo.user_id})) == [2, 2]
    first_four = [str(key) for key in Conversation.objects.order_by("queued_at").values_list("id", flat=True)]
    assert set(is_asked()) == set(first_four[:4])


def test_accepting_declining_and_timing_out_at_once_have_one_outcome(people, asks, here):
    here(people.ana)
    for number in range(5):
        chat = start(visitor(people.widget, f"Guest {number}"))
        late = timezone.now() + timedelta(minutes=1)
        accepted, *_ = together(
            [
                partial(offers.accept, people.ana, str(chat.id)),
                partial(offers.decline, people.ana, str(chat.id)),
                partial(timers.fire_due, late, limit=5),
            ]
        )
        chat.refresh_from_db()
        if isinstance(accepted, Conversation):
            assert (chat.status, chat.agent_id) == ("open", people.ana.user_id)
        else:
            assert isinstance(accepted, AlreadyTaken)
        assert (
            not Offer.objects.filter(key=str(chat.id), state="pending").exists() or chat.status == "waiting"
        )
        close_conversation(people.sam, str(chat.id))
