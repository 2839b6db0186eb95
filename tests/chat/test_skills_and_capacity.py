"""Which chat an agent is given: by skills, capacity and priority (SPEC §8)."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from chat.actions import escalation, resolving, routing, transfers
from chat.actions.transitions import Need
from chat.errors import AtCapacity, InvalidInput
from chat.events import QueueChanged
from chat.models import Conversation
from queueing import timers
from queueing.models import Agent, Entry, Skill
from tests.support.chats import chat_of, say, start, texts
from tests.support.people import visitor
from tests.support.together import together

pytestmark = pytest.mark.database


def give(agent, *skills, capacity=None):
    """Let an agent have these skills, and so many chats at once."""
    row, _ = Agent.objects.update_or_create(user_id=agent.user_id, defaults={"capacity": capacity})
    for name in skills:
        skill, _ = Skill.objects.get_or_create(organization_id=agent.organization_id, name=name)
        row.skills.add(skill)


def needs(queue, *skills, **settings):
    """Let everything that comes to a queue need these skills."""
    for name in skills:
        skill, _ = Skill.objects.get_or_create(organization=queue.organization, name=name)
        queue.skills.add(skill)
    for name, value in settings.items():
        setattr(queue, name, value)
    queue.save()


def test_an_agent_picks_the_first_chat_for_which_it_has_the_skills(people):
    for_anybody = start(people.vera)
    needs(people.support, "french")
    in_french = start(people.walt)
    needs(people.support, "billing", priority=5)
    in_french_about_money = start(visitor(people.widget, "Guest"))
    give(people.bo, "french")
    assert routing.pick_next(people.bo) == for_anybody
    assert routing.pick_next(people.bo) == in_french
    assert routing.pick_next(people.bo) is None
    give(people.ana, "french", "billing", "sales")
    assert routing.pick_next(people.ana) == in_french_about_money


def test_chats_of_a_more_important_queue_come_first_to_who_serves_both(people):
    first = start(people.vera)
    needs(people.sales, priority=2)
    important = start(people.walt, str(people.sales.id))
    assert [routing.pick_next(people.sam) for _ in range(2)] == [important, first]


def test_an_agent_who_lacks_a_skill_may_still_claim_the_chat(people):
    needs(people.support, "french")
    chat = start(people.vera)
    assert routing.claim(people.ana, str(chat.id)).agent_id == people.ana.user_id


def test_what_has_waited_long_enough_is_given_to_agents_without_the_skills(people):
    needs(people.support, "french", relax_skills_after_seconds=60)
    chat = start(people.vera)
    timers.fire_due(chat.queued_at + timedelta(seconds=59))
    assert routing.pick_next(people.ana) is None
    timers.fire_due(chat.queued_at + timedelta(seconds=60))
    assert routing.pick_next(people.ana) == chat
    assert routing.return_to_queue(people.ana, str(chat.id)).required_skills == ["french"]
    assert routing.pick_next(people.ana) is None
    timers.fire_due(timezone.now() + timedelta(seconds=60))
    assert routing.pick_next(people.ana) == chat


def test_an_agent_with_as_many_chats_as_it_may_have_is_given_no_more_in_any_way(people):
    give(people.ana, capacity=1)
    mine = chat_of(people.vera, people.ana)
    other = start(people.walt)
    ways = [
        partial(routing.pick_next, people.ana),
        partial(routing.claim, people.ana, str(other.id)),
        partial(routing.take_over, people.ana, str(other.id)),
        partial(routing.reassign, people.sam, str(other.id), str(people.ana.user_id)),
    ]
    for way in ways:
        with pytest.raises(AtCapacity, match="Ana has as many chats"):
            way()
    assert Entry.objects.get().key == str(other.id), "it still waits"
    assert routing.claim(people.ana, str(mine.id)) == mine, "what one has one keeps"
    resolving.resolve(people.ana, str(mine.id))
    assert routing.pick_next(people.ana) == other


def test_a_resolved_chat_whose_agent_has_no_room_waits_when_its_customer_writes(people):
    give(people.ana, capacity=1)
    chat = chat_of(people.vera, people.ana)
    resolving.resolve(people.ana, str(chat.id))
    chat_of(people.walt, people.ana)
    say(people.vera, chat, "One more thing")
    chat.refresh_from_db()
    assert (chat.status, chat.agent_id) == ("waiting", None)


def test_a_reopened_chat_waits_behind_those_who_came_before_it_was_reopened(people):
    chat = chat_of(people.vera, people.ana)
    resolving.resolve(people.ana, str(chat.id))
    other = start(people.walt)
    give(people.ana, capacity=1)
    guest = chat_of(visitor(people.widget, "Guest"), people.ana)
    say(people.vera, chat, "One more thing")
    assert routing.pick_next(people.bo) == other
    assert routing.pick_next(people.bo) == chat
    assert guest.agent_id == people.ana.user_id


def test_an_agent_who_picks_in_many_tabs_at_once_never_gets_more_than_its_capacity(people):
    give(people.ana, capacity=3)
    for number in range(8):
        start(visitor(people.widget, f"Guest {number}"))
    waiting = [entry.key for entry in Entry.objects.order_by("id")]
    calls = [partial(routing.pick_next, people.ana)] * 5
    calls += [partial(routing.claim, people.ana, key) for key in waiting[-3:]]
    answers = together(calls)
    assert sum(isinstance(answer, Conversation) for answer in answers) == 3
    assert sum(isinstance(answer, AtCapacity) for answer in answers) == 5
    assert Entry.objects.count() == 5


def test_an_escalated_chat_waits_and_the_agents_are_told_why(people, told):
    chat = chat_of(people.vera, people.ana)
    Conversation.objects.filter(id=chat.id).update(agent=None)  # as the assistant has it
    give(people.bo, "billing")
    told.forget()
    escalation.escalate(
        chat.id,
        actor_id=None,
        need=Need(people.support, 2, ["billing"], "Wants its money back"),
        says="The assistant asks for a person",
    )
    [added] = told.of(QueueChanged)
    assert (added.kind, added.reason, added.priority, added.skills) == (
        "escalated",
        "Wants its money back",
        2,
        ("billing",),
    )
    assert texts(chat)[-1] == "The assistant asks for a person"
    assert routing.pick_next(people.ana) is None
    assert routing.pick_next(people.bo) == chat


@pytest.mark.parametrize("taken", [False, True])
def test_a_customer_who_asks_for_a_person_and_has_one_or_waits_for_one_changes_nothing(people, told, taken):
    chat = chat_of(people.vera, people.ana) if taken else start(people.vera)
    told.forget()
    same = escalation.request_agent(people.vera, str(chat.id))
    assert (same.status, same.agent_id) == (chat.status, chat.agent_id)
    assert told.events() == []


def test_a_skill_that_nobody_knows_is_refused_by_naming_those_there_are(people):
    chat = chat_of(people.vera, people.ana)
    give(people.ana, "billing", "french")
    with pytest.raises(InvalidInput, match="There are: billing, french"):
        transfers.transfer_to_queue(people.ana, str(chat.id), str(people.sales.id), skills=["latin"])
    chat.refresh_from_db()
    assert chat.status == "open"
