"""Who gets a waiting chat: exactly one agent of those who may (SPEC §3, §8)."""

from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import Organization
from accounts.tokens import principal_of
from chat.actions import routing
from chat.actions.conversations import close_conversation
from chat.errors import AlreadyTaken, ConversationClosed, Forbidden, NotFound
from chat.events import ConversationChanged, MessageCreated, QueueChanged
from chat.models import Conversation, Participant, Transition
from queueing import line
from queueing.models import Entry, Member, Timer
from tests.support.chats import say, start, texts
from tests.support.people import agent, visitor
from tests.support.together import together

pytestmark = pytest.mark.database


@pytest.fixture
def fifty(people):
    """Fifty agents of the queue "Support"."""
    organization = Organization.objects.get(slug="home")
    agents = [agent(organization, f"Agent{number}") for number in range(50)]
    Member.objects.bulk_create(Member(queue=people.support, user=user) for user in agents)
    return [principal_of(user) for user in agents]


def add_entry(queue, key):
    with transaction.atomic():
        line.enqueue(queue, key, now=timezone.now(), priority=9)


def test_an_agent_who_claims_a_chat_has_it_from_then_on(people, told):
    chat = start(people.vera)
    told.forget()
    claimed = routing.claim(people.ana, str(chat.id))
    assert (claimed.status, claimed.agent_id) == ("open", people.ana.user_id)
    assert texts(chat) == ["Chat started", "Ana joined"]
    assert {row.user_id for row in Participant.objects.all()} == {people.vera.user_id, people.ana.user_id}
    assert not Entry.objects.exists()
    assert Timer.objects.filter(key=str(chat.id)).count() == 2
    step = Transition.objects.filter(conversation=chat).last()
    assert (step.kind, step.actor_id, step.from_status, step.to_status) == (
        "claimed",
        people.ana.user_id,
        "waiting",
        "open",
    )
    changed, said, removed = told.events()
    assert isinstance(changed, ConversationChanged)
    assert (changed.conversation.status, changed.conversation.agent.name) == ("open", "Ana")
    assert isinstance(said, MessageCreated)
    assert (said.message.text, said.notify) == (
        "Ana joined",
        tuple(sorted([str(people.vera.user_id), str(people.ana.user_id)])),
    )
    assert isinstance(removed, QueueChanged)
    assert (removed.kind, removed.waiting, removed.taken_by.name) == ("removed", 0, "Ana")
    say(people.ana, chat, "hello")


def test_who_comes_second_is_told_who_was_first(people, told):
    chat = start(people.vera)
    routing.claim(people.ana, str(chat.id))
    told.forget()
    for late in (people.bo, people.sam):
        with pytest.raises(AlreadyTaken, match="Ana has taken this chat"):
            routing.claim(late, str(chat.id))
    chat.refresh_from_db()
    assert (chat.agent_id, told.events()) == (people.ana.user_id, [])


def test_claiming_ones_own_chat_again_changes_nothing(people, told):
    chat = start(people.vera)
    routing.claim(people.ana, str(chat.id))
    told.forget()
    assert routing.claim(people.ana, str(chat.id)).agent_id == people.ana.user_id
    assert (texts(chat), told.events()) == (["Chat started", "Ana joined"], [])


def test_a_closed_chat_is_claimed_by_nobody(people):
    chat = start(people.vera)
    close_conversation(people.vera, str(chat.id))
    with pytest.raises(ConversationClosed):
        routing.claim(people.ana, str(chat.id))


@pytest.mark.parametrize(
    ("name", "refusal"), [("vera", Forbidden), ("walt", Forbidden), ("olga", NotFound), ("oskar", NotFound)]
)
def test_who_does_not_serve_the_queue_cannot_claim_its_chats(people, name, refusal):
    chat = start(people.vera)
    with pytest.raises(refusal):
        routing.claim(getattr(people, name), str(chat.id))
    chat.refresh_from_db()
    assert chat.status == "waiting"
    assert routing.claim(people.sam, str(chat.id)).agent_id == people.sam.user_id


def test_what_does_not_exist_cannot_be_claimed(people):
    for conversation_id in (str(new_id()), "not-an-id"):
        with pytest.raises(NotFound):
            routing.claim(people.ana, conversation_id)


def test_an_agent_picks_the_chat_that_has_waited_longest_in_its_queues(people):
    first, second = start(people.vera), start(people.walt)
    for_sales = start(visitor(people.widget, "Gina"), str(people.sales.id))
    assert routing.pick_next(people.ana) == first
    assert routing.pick_next(people.bo) == second
    assert routing.pick_next(people.ana) is None
    assert routing.pick_next(people.olga) == for_sales


def test_an_admin_picks_from_every_queue_of_its_organization_and_from_no_other(people):
    start(people.olaf)
    for_sales = start(people.vera, str(people.sales.id))
    assert routing.pick_next(people.sam) == for_sales
    assert routing.pick_next(people.sam) is None
    assert routing.pick_next(people.oskar).customer_id == people.olaf.user_id


def test_an_agent_may_pick_from_one_of_its_queues_and_from_no_others(people):
    Member.objects.create(queue=people.sales, user_id=people.ana.user_id)
    start(people.vera)
    for_sales = start(people.walt, str(people.sales.id))
    assert routing.pick_next(people.ana, str(people.sales.id)) == for_sales
    assert routing.pick_next(people.ana, str(people.sales.id)) is None
    for queue_id in (str(people.sales.id), str(people.elsewhere.id), "not-an-id"):
        with pytest.raises(NotFound, match="no such queue"):
            routing.pick_next(people.bo, queue_id)


def test_customers_pick_nothing(people):
    start(people.vera)
    with pytest.raises(Forbidden):
        routing.pick_next(people.vera)


def test_entries_of_chats_that_wait_no_more_or_were_never_there_are_passed_over(people):
    closed, taken, waiting = start(people.vera), start(people.walt), start(visitor(people.widget, "Gina"))
    close_conversation(people.vera, str(closed.id))
    routing.claim(people.bo, str(taken.id))
    for stale in (closed.id, taken.id, new_id()):
        add_entry(people.support, str(stale))
    assert routing.pick_next(people.ana) == waiting
    taken.refresh_from_db()
    assert taken.agent_id == people.bo.user_id
    assert not Entry.objects.exists()


def test_of_fifty_agents_who_claim_one_chat_exactly_one_gets_it(people, fifty, told):
    for round_number in range(4):
        chat = start(visitor(people.widget, f"Guest {round_number}"))
        told.forget()
        answers = together([partial(routing.claim, each, str(chat.id)) for each in fifty])
        winners = [
            each for each, answer in zip(fifty, answers, strict=True) if isinstance(answer, Conversation)
        ]
        assert len(winners) == 1
        assert sum(isinstance(answer, AlreadyTaken) for answer in answers) == 49
        chat.refresh_from_db()
        assert chat.agent_id == winners[0].user_id
        assert texts(chat) == ["Chat started", f"{winners[0].name} joined"]
        assert Transition.objects.filter(conversation=chat, kind="claimed").count() == 1
        assert [event.taken_by.id for event in told.of(QueueChanged)] == [str(winners[0].user_id)]


def test_of_fifty_agents_who_pick_from_a_line_of_one_exactly_one_gets_it(people, fifty):
    for round_number in range(3):
        chat = start(visitor(people.widget, f"Guest {round_number}"))
        answers = together([partial(routing.pick_next, each) for each in fifty])
        won = [answer for answer in answers if answer is not None]
        assert won == [chat]
        assert answers.count(None) == 49


def test_of_agents_who_pick_and_agents_who_claim_at_once_exactly_one_gets_the_chat(people, fifty):
    for round_number in range(3):
        chat = start(visitor(people.widget, f"Guest {round_number}"))
        calls = [partial(routing.pick_next, each) for each in fifty[:10]]
        calls += [partial(routing.claim, each, str(chat.id)) for each in fifty[10:20]]
        answers = together(calls)
        assert [answer for answer in answers if isinstance(answer, Conversation)] == [chat]
        assert all(isinstance(answer, Conversation | AlreadyTaken | None) for answer in answers)


def test_as_many_agents_as_chats_pick_at_once_and_each_gets_one_of_its_own(people, fifty):
    chats = [start(visitor(people.widget, f"Guest {number}")) for number in range(12)]
    picked = together([partial(routing.pick_next, each) for each in fifty[:12]])
    assert {chat.id for chat in picked} == {chat.id for chat in chats}
    assert len({chat.agent_id for chat in picked}) == 12
    assert not Entry.objects.exists()
