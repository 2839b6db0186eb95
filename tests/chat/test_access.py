"""Every permission rule: who may read, write, claim what a client says (SPEC §2, §3, §6)."""

import pytest

from chat import access
from chat.errors import ConversationClosed, Forbidden, NotAssigned, NotFound
from chat.models import Conversation
from tests.support.chats import chat_of, say, start

pytestmark = pytest.mark.database

ALLOWED = None
EVERYONE = ("vera", "ana", "bo", "olga", "sam", "walt", "oskar", "olaf")


def outcome(rule, *arguments):
    """The kind of refusal, or `ALLOWED`."""
    try:
        rule(*arguments)
    except (NotFound, Forbidden, ConversationClosed) as error:
        return type(error)
    return ALLOWED


def outcomes(people, rule, *arguments) -> dict:
    return {name: outcome(rule, getattr(people, name), *arguments) for name in EVERYONE}


def test_a_chat_is_read_by_its_customer_and_by_the_agents_and_admins_of_its_organization(people):
    chat = chat_of(people.vera, people.ana)
    expected = {
        "vera": ALLOWED,
        "ana": ALLOWED,
        "bo": ALLOWED,
        "olga": ALLOWED,
        "sam": ALLOWED,
        "walt": NotFound,
        "oskar": NotFound,
        "olaf": NotFound,
    }
    assert outcomes(people, access.check_may_read, chat) == expected
    assert outcomes(people, access.readable_conversation, str(chat.id)) == expected


def test_an_open_chat_is_written_to_by_its_customer_its_agent_and_admins(people):
    assert outcomes(people, access.check_may_write, chat_of(people.vera, people.ana)) == {
        "vera": ALLOWED,
        "ana": ALLOWED,
        "sam": ALLOWED,
        "bo": NotAssigned,
        "olga": NotAssigned,
        "walt": NotFound,
        "oskar": NotFound,
        "olaf": NotFound,
    }


def test_a_waiting_chat_is_written_to_by_its_customer_and_admins(people):
    found = outcomes(people, access.check_may_write, start(people.vera))
    assert {name for name, refusal in found.items() if refusal is ALLOWED} == {"vera", "sam"}
    assert (found["ana"], found["walt"]) == (NotAssigned, NotFound)


def test_a_resolved_chat_is_written_to_as_an_open_one_and_a_closed_one_by_nobody(people):
    chat = chat_of(people.vera, people.ana)
    for status, refusal in (("resolved", ALLOWED), ("closed", ConversationClosed)):
        Conversation.objects.filter(id=chat.id).update(status=status)
        chat.refresh_from_db()
        found = outcomes(people, access.check_may_write, chat)
        assert {found[name] for name in ("vera", "ana", "sam")} == {refusal}
        assert {found[name] for name in ("walt", "oskar", "olaf")} == {NotFound}


def test_what_is_not_yours_and_what_does_not_exist_look_the_same(people):
    chat = start(people.vera)
    messages = set()
    for conversation_id in (str(chat.id), str(people.widget.id), "not-an-id", "", "\0", "x" * 10_000):
        with pytest.raises(NotFound) as refused:
            access.readable_conversation(people.walt, conversation_id)
        messages.add(refused.value.message)
    assert messages == {"There is no such conversation."}


def test_an_id_is_read_in_any_of_its_spellings(people):
    chat = start(people.vera)
    for spelling in (str(chat.id), str(chat.id).upper(), chat.id.hex, f"{{{chat.id}}}"):
        assert access.readable_conversation(people.vera, spelling).id == chat.id


def test_a_message_is_found_by_those_who_may_read_its_conversation(people):
    message = say(people.vera, start(people.vera), "hello").message
    for reader in (people.vera, people.ana, people.olga, people.sam):
        assert access.readable_message(reader, message.id).seq == 2
    for reader, message_id in (
        (people.walt, message.id),
        (people.oskar, message.id),
        (people.vera, "not-an-id"),
        (people.vera, message.conversation_id),
    ):
        with pytest.raises(NotFound, match="no such message"):
            access.readable_message(reader, message_id)


def test_agents_and_admins_are_staff_and_everyone_else_is_a_customer(people):
    staff = {name for name, refusal in outcomes(people, access.staff).items() if refusal is ALLOWED}
    customers = {name for name, refusal in outcomes(people, access.customer).items() if refusal is ALLOWED}
    assert staff == {"ana", "bo", "olga", "sam", "oskar"}
    assert customers == {"vera", "walt", "olaf"}


def test_an_agent_serves_its_queues_and_an_admin_those_of_its_organization(people):
    assert access.served_queue_ids(people.ana) == [people.support.id]
    assert access.served_queue_ids(people.olga) == [people.sales.id]
    assert set(access.served_queue_ids(people.sam)) == {people.support.id, people.sales.id}
    assert access.served_queue_ids(people.oskar) == [people.elsewhere.id]
    assert access.served_queue_ids(people.ana, str(people.support.id)) == [people.support.id]
    assert outcome(access.served_queue_ids, people.ana, str(people.sales.id)) is NotFound
    assert outcome(access.served_queue_ids, people.sam, str(people.elsewhere.id)) is NotFound
    assert outcome(access.served_queue_ids, people.vera) is Forbidden


@pytest.mark.parametrize(
    "said",
    [
        None,
        "a text",
        ["a", "list"],
        {},
        {"token": "x", "orgId": None},
        {"orgId": "home"},
        {"userEmail": " ANA@Home.example "},
        {"role": "agent"},
        {"role": "Support"},
    ],
)
def test_a_client_may_say_of_itself_what_is_true_or_nothing(people, said):
    access.check_claims(people.ana, said)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"orgId": "away"}, "orgId"),
        ({"orgId": 7}, "orgId"),
        ({"orgId": ["home"]}, "orgId"),
        ({"userEmail": "sam@home.example"}, "userEmail"),
        ({"userEmail": ""}, "userEmail"),
        ({"role": "admin"}, "role"),
        ({"role": "User"}, "role"),
        ({"role": "agent", "orgId": "away"}, "orgId"),
    ],
)
def test_a_client_that_says_something_else_of_itself_is_refused(people, said, name):
    with pytest.raises(Forbidden, match=name):
        access.check_claims(people.ana, said)


def test_the_organization_may_be_named_by_its_id(people):
    access.check_claims(people.ana, {"orgId": str(people.ana.organization_id)})
    with pytest.raises(Forbidden, match="orgId"):
        access.check_claims(people.ana, {"orgId": str(people.oskar.organization_id)})
