"""Starting and closing chats (SPEC §3): who may, what is written down, what is told."""

from dataclasses import replace
from functools import partial

import pytest

from chat.actions import conversations, routing
from chat.actions.conversations import close_conversation, start_conversation
from chat.errors import AlreadyTaken, ConversationClosed, Forbidden, InvalidInput, NotAssigned, NotFound
from chat.events import ConversationChanged, MessageCreated, QueueChanged
from chat.models import Conversation, Participant, Transition
from chat.selectors import conversation_facts
from queueing import line
from queueing.models import Entry, Queue, Timer
from tests.support.chats import chat_of, start, texts
from tests.support.people import visitor
from tests.support.together import together

pytestmark = pytest.mark.database


def trail(chat) -> list[tuple]:
    """The audit trail: kind, who, from and to."""
    return [
        (step.kind, step.actor_id, step.from_status, step.to_status, step.from_agent_id, step.to_agent_id)
        for step in Transition.objects.filter(conversation=chat)
    ]


def test_a_customer_starts_a_chat_that_waits_in_the_default_queue(people):
    chat, is_new = start_conversation(people.vera)
    assert is_new
    assert (chat.status, chat.queue, chat.agent) == ("waiting", people.support, None)
    assert (chat.customer_id, chat.organization_id) == (people.vera.user_id, people.vera.organization_id)
    assert texts(chat) == ["Chat started"]
    assert Entry.objects.get().key == str(chat.id)
    assert Participant.objects.get().user_id == people.vera.user_id
    assert trail(chat) == [("started", people.vera.user_id, "", "waiting", None, None)]


def test_a_start_is_told_as_a_change_a_system_message_and_one_more_in_the_queue(people, told):
    chat = start(people.vera)
    changed, said, added = told.events()
    assert isinstance(changed, ConversationChanged)
    assert (changed.conversation.status, changed.version) == ("waiting", 1)
    assert isinstance(said, MessageCreated)
    assert (said.message.type, said.message.text, said.message.sender, said.version) == (
        "system",
        "Chat started",
        None,
        2,
    )
    assert isinstance(added, QueueChanged)
    assert (added.kind, added.queue_id, added.waiting) == ("added", str(people.support.id), 1)
    assert (added.conversation_id, added.customer.name) == (str(chat.id), "Vera")


def test_starting_again_returns_the_chat_that_is_not_closed_and_tells_nothing(people, told):
    chat = start(people.vera)
    told.forget()
    assert start_conversation(people.vera) == (chat, False)
    routing.claim(people.ana, str(chat.id))
    told.forget()
    again, is_new = start_conversation(people.vera, str(people.sales.id))
    assert (again, is_new, again.queue) == (chat, False, people.support)
    assert told.events() == []


def test_after_the_end_a_start_makes_a_new_chat(people):
    first = start(people.vera)
    close_conversation(people.vera, str(first.id))
    second, is_new = start_conversation(people.vera)
    assert is_new
    assert second.id != first.id


def test_eight_tabs_that_start_at_once_make_one_chat(people, told):
    for number in range(3):
        customer = visitor(people.widget, f"Guest {number}")
        told.forget()
        started = together([partial(start_conversation, customer)] * 8)
        assert sorted(is_new for _, is_new in started) == [False] * 7 + [True]
        assert len({chat.id for chat, _ in started}) == 1
        assert [event.kind for event in told.of(QueueChanged)] == ["added"]
        assert texts(started[0][0]) == ["Chat started"]
    assert line.waiting_count(people.support.id) == 3


def test_a_customer_may_choose_a_queue_of_its_organization_and_no_other(people):
    with pytest.raises(NotFound, match="no such queue"):
        start_conversation(people.vera, str(people.elsewhere.id))
    with pytest.raises(NotFound, match="no such queue"):
        start_conversation(people.vera, "not-an-id")
    assert not Conversation.objects.exists()
    assert start(people.vera, str(people.sales.id)).queue == people.sales


def test_without_a_default_queue_there_is_still_one_and_without_any_there_is_no_chat(people):
    Queue.objects.update(is_default=False)
    assert start(people.vera).queue == people.sales
    Queue.objects.filter(organization_id=people.oskar.organization_id).delete()
    with pytest.raises(NotFound):
        start(people.olaf)


@pytest.mark.parametrize("name", ["ana", "sam"])
def test_only_customers_start_chats(people, name):
    with pytest.raises(Forbidden):
        start_conversation(getattr(people, name))


@pytest.mark.parametrize("name", ["vera", "ana", "sam"])
def test_the_customer_the_agent_who_has_it_and_admins_close_a_chat(people, told, name):
    closer = getattr(people, name)
    chat = chat_of(people.vera, people.ana)
    told.forget()
    closed = close_conversation(closer, str(chat.id), "  done  ")
    assert (closed.status, closed.close_reason, closed.closed_by_id) == ("closed", "done", closer.user_id)
    assert closed.agent_id == people.ana.user_id
    assert texts(chat)[-1] == f"{closer.name} closed the chat"
    ana = people.ana.user_id
    assert trail(chat)[-1] == ("closed", closer.user_id, "open", "closed", ana, ana)
    changed, said = told.events()
    assert (changed.conversation.status, changed.conversation.closed_by.id) == ("closed", str(closer.user_id))
    assert said.message.text == texts(chat)[-1]
    assert not Timer.objects.exists()


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("bo", NotAssigned),
        ("olga", NotAssigned),
        ("walt", NotFound),
        ("oskar", NotFound),
        ("olaf", NotFound),
    ],
)
def test_nobody_else_closes_it(people, told, name, refusal):
    chat = chat_of(people.vera, people.ana)
    told.forget()
    with pytest.raises(refusal):
        close_conversation(getattr(people, name), str(chat.id))
    chat.refresh_from_db()
    assert (chat.status, told.events()) == ("open", [])


def test_a_chat_that_does_not_exist_is_not_found(people):
    for conversation_id in (str(people.widget.id), "not-an-id"):
        with pytest.raises(NotFound):
            close_conversation(people.sam, conversation_id)


@pytest.mark.parametrize("reason", ["x" * 201, "a\0b"])
def test_a_reason_has_its_limits(people, reason):
    chat = start(people.vera)
    with pytest.raises(InvalidInput, match="at most 200"):
        close_conversation(people.vera, str(chat.id), reason)
    assert close_conversation(people.vera, str(chat.id), "x" * 200).close_reason == "x" * 200


def test_closing_a_closed_chat_changes_nothing(people, told):
    chat = chat_of(people.vera, people.ana)
    close_conversation(people.ana, str(chat.id), "first")
    told.forget()
    again = close_conversation(people.vera, str(chat.id), "second")
    assert (again.close_reason, again.closed_by_id) == ("first", people.ana.user_id)
    assert (told.events(), len(trail(chat))) == ([], 3)


def test_a_waiting_chat_that_is_closed_leaves_the_line(people, told):
    chat = start(people.vera)
    told.forget()
    close_conversation(people.vera, str(chat.id))
    [removed] = told.of(QueueChanged)
    assert (removed.kind, removed.waiting, removed.taken_by) == ("removed", 0, None)
    assert not Entry.objects.exists()
    assert routing.pick_next(people.ana) is None


def test_of_many_who_close_at_once_one_does_it(people, told):
    chat = chat_of(people.vera, people.ana)
    told.forget()
    closers = [people.vera, people.ana, people.sam] * 2
    closed = together([partial(close_conversation, closer, str(chat.id)) for closer in closers])
    assert [conversation.status for conversation in closed] == ["closed"] * 6
    assert [step[0] for step in trail(chat)] == ["started", "claimed", "closed"]
    assert len(told.of(ConversationChanged)) == 1


def test_a_claim_and_a_close_at_once_end_in_a_closed_chat_that_nobody_waits_for(people):
    for number in range(6):
        customer = visitor(people.widget, f"Guest {number}")
        chat = start(customer)
        claimed, closed = together(
            [
                partial(routing.claim, people.ana, str(chat.id)),
                partial(close_conversation, customer, str(chat.id)),
            ]
        )
        assert isinstance(claimed, Conversation | ConversationClosed | AlreadyTaken)
        assert closed.status == "closed"
        assert Conversation.objects.get(id=chat.id).status == "closed"
        assert trail(chat)[-1][0] == "closed"
        assert not Entry.objects.exists()
        assert not Timer.objects.filter(key=str(chat.id)).exists()


def test_a_former_owner_closes_nothing_even_if_it_began_before_it_lost_the_chat(people):
    chat = chat_of(people.vera, people.ana)
    Conversation.objects.filter(id=chat.id).update(agent_id=people.bo.user_id)
    with pytest.raises(NotAssigned):
        conversations.close_now(chat, actor=people.ana, reason="", says="late", now=chat.updated_at)
    assert Conversation.objects.get(id=chat.id).status == "open"


def test_the_whole_life_of_a_chat_stands_in_its_audit_trail(people):
    chat = chat_of(people.vera, people.ana)
    close_conversation(people.vera, str(chat.id))
    vera, ana = people.vera.user_id, people.ana.user_id
    assert trail(chat) == [
        ("started", vera, "", "waiting", None, None),
        ("claimed", ana, "waiting", "open", None, ana),
        ("closed", vera, "open", "closed", ana, ana),
    ]
    assert texts(chat) == ["Chat started", "Ana joined", "Vera closed the chat"]


def test_a_visitor_without_a_name_is_called_visitor_in_what_the_system_says(people):
    nameless = replace(visitor(people.widget, "X"), first_name="", email="")
    chat = start(nameless)
    close_conversation(nameless, str(chat.id))
    assert texts(chat)[-1] == "Visitor closed the chat"


def test_two_organizations_do_not_see_each_others_lines(people):
    start(people.vera)
    start(people.olaf)
    assert (line.waiting_count(people.support.id), line.waiting_count(people.elsewhere.id)) == (1, 1)


def test_what_a_client_says_of_itself_is_kept_with_a_new_conversation_and_changes_no_other(people):
    said = {"page": "https://shop.example/jug", "device": {"os": "Android"}, "configId": "home-widget"}
    conversation, _ = conversations.start_conversation(people.vera, context=said)
    assert conversation_facts(conversation).context == said
    again, is_new = conversations.start_conversation(people.vera, context={"page": "another"})
    assert (again.context, is_new) == (said, False)
    assert start(people.walt).context == {}


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        ("a text", "is an object"),
        ([1], "is an object"),
        ({"a": "x" * 4_096}, "at most 4,096"),
        ({"a": "b\0c"}, "NUL"),
        ({"a\0": 1}, "NUL"),
        ({"a": 10**30}, "cannot be stored"),
    ],
)
def test_a_context_that_cannot_be_kept_is_refused(people, context, problem):
    with pytest.raises(InvalidInput, match=problem):
        conversations.start_conversation(people.vera, context=context)
    assert not Conversation.objects.exists()
