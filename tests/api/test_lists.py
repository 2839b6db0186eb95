"""Lists of conversations and histories: what they hold, and that their length costs nothing (SPEC §6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import Role, User
from accounts.tokens import Principal
from chat.actions import conversations, routing
from chat.models import Conversation, Message, Participant
from tests.support.assistants import assistant_of
from tests.support.chats import chat_of, read, say, start
from tests.support.people import People, visitor
from tests.support.rest import Caller

pytestmark = pytest.mark.database

MINE = "/api/v1/chat/conversations"
ALL = "/api/v1/chat/support/conversations"
numbers = count()


def listed(people: People, who: Principal, path: str = ALL, **query: Any) -> list[str]:
    """The ids on one page."""
    status, answer = Caller(people, who).get(path, **query)
    assert status == 200, answer
    return [conversation["_id"] for conversation in answer["data"]]


def ids(*found: Conversation) -> list[str]:
    return [str(conversation.id) for conversation in found]


def closed_conversations(people: People, customer: Principal, many: int) -> list[Conversation]:
    """Conversations that Ana has had with somebody, the latest changed first."""
    now = timezone.now()
    made = Conversation.objects.bulk_create(
        Conversation(
            id=new_id(),
            organization_id=customer.organization_id,
            customer_id=customer.user_id,
            agent_id=people.ana.user_id,
            queue=people.support,
            status="closed",
            last_seq=2,
            last_activity_at=now,
            created_at=now,
            # Two and two at the same time: their ids decide.
            updated_at=now - timedelta(minutes=number // 2),
        )
        for number in range(many)
    )
    for conversation in made:
        for person in (customer, people.ana):
            Participant.objects.create(conversation=conversation, user_id=person.user_id)
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            seq=seq,
            version=seq,
            sender_id=sender.user_id,
            text=f"word {seq}",
            created_at=now,
        )
        for conversation in made
        for seq, sender in enumerate((customer, people.ana), start=1)
    )
    return sorted(made, key=lambda row: (row.updated_at, row.id), reverse=True)


@contextmanager
def counted_queries() -> Iterator[list[dict[str, str]]]:
    with CaptureQueriesContext(connection) as context:
        yield context.captured_queries


@pytest.mark.parametrize(
    ("path", "who", "query"),
    [
        (MINE, "vera", {}),
        (MINE, "ana", {"status": "closed"}),
        (MINE, "vera", {"search": "word"}),
        (ALL, "ana", {}),
        (ALL, "sam", {"search": "word"}),
        ("/api/v1/chat/messages/search", "ana", {"q": "word"}),
        ("/api/v1/chat/messages/search", "vera", {"q": "word"}),
    ],
)
def test_a_list_takes_as_many_queries_for_a_hundred_as_for_one(
    people: People, path: str, who: str, query: dict[str, str]
) -> None:
    closed_conversations(people, people.vera, 60)
    caller = Caller(people, getattr(people, who))
    taken = {}
    for limit in (1, 50):
        with counted_queries() as queries:
            status, answer = caller.get(path, limit=limit, **query)
        assert (status, len(answer["data"])) == (200, limit)
        taken[limit] = [entry["sql"].split(" FROM ")[0] for entry in queries]
    assert len(taken[1]) == len(taken[50]), taken
    assert len(taken[50]) <= 12


def test_a_history_takes_as_many_queries_for_a_hundred_as_for_one(people: People) -> None:
    conversation = chat_of(people.vera, people.ana)
    for n in range(6):
        say(people.vera, conversation, f"{n}")
    caller, taken = Caller(people, people.ana), set()
    for query in ({"limit": 1}, {"limit": 5}, {"after": 2}, {"before": 5, "limit": 3}):
        with counted_queries() as queries:
            assert caller.get(f"/api/v1/chat/messages/{conversation.id}", **query)[0] == 200
        taken.add(len(queries))
    assert len(taken) == 1, taken


@pytest.mark.parametrize("limit", [1, 4, 10, 100])
def test_pages_hold_every_conversation_once_the_latest_changed_first(people: People, limit: int) -> None:
    made = closed_conversations(people, people.vera, 23)
    caller = Caller(people, people.bo)
    shown: list[str] = []
    for page in count(1):
        _, answer = caller.get(ALL, page=page, limit=limit)
        total = answer["pagination"]
        assert total == {"currentPage": page, "totalPages": -(-23 // limit), "totalItems": 23}
        if not answer["data"]:
            break
        shown += [conversation["_id"] for conversation in answer["data"]]
    assert shown == ids(*made)
    assert page == -(-23 // limit) + 1
    assert listed(people, people.bo, page=1_000_000, limit=100) == []


def test_pages_of_a_history_are_ranges_of_numbers(people: People) -> None:
    conversation = chat_of(people.vera, people.ana)
    for n in range(9):
        say(people.vera, conversation, f"{n}")
    conversation.refresh_from_db()
    caller, path = Caller(people, people.vera), f"/api/v1/chat/messages/{conversation.id}"
    shown = []
    for page in range(1, 5):
        _, answer = caller.get(path, page=page, limit=4)
        assert answer["pagination"] == {
            "currentPage": page,
            "totalPages": -(-conversation.last_seq // 4),
            "totalItems": conversation.last_seq,
        }
        shown += [message["seq"] for message in answer["data"]]
    assert shown == list(range(1, conversation.last_seq + 1))
    assert caller.get(path, page=1_000_000, limit=100)[1]["data"] == []


def test_each_filter_of_the_team_keeps_what_it_names(people: People) -> None:
    waiting = start(people.vera)
    taken = chat_of(people.walt, people.ana)
    sold = routing.claim(people.olga, str(start(visitor(people.widget, "Xenia"), str(people.sales.id)).id))
    conversations.close_conversation(people.olga, str(sold.id), "")
    start(people.olaf)
    assistant_of(people)
    assisted = start(visitor(people.widget, "Yves"))
    for query, wanted in [
        ({}, (assisted, sold, taken, waiting)),
        ({"handler": "assistant"}, (assisted,)),
        ({"handler": "queue"}, (waiting,)),
        ({"handler": "agent"}, (taken,)),
        ({"status": "waiting"}, (waiting,)),
        ({"status": "closed"}, (sold,)),
        ({"mine": "true"}, (taken,)),
        ({"mine": "false"}, (assisted, sold, taken, waiting)),
        ({"assigned": "me"}, (taken,)),
        ({"assigned": "none"}, (assisted, waiting)),
        ({"agentId": people.olga.user_id}, (sold,)),
        ({"agentId": people.oskar.user_id}, ()),
        ({"agentId": people.olga.user_id, "mine": "true"}, ()),
        ({"queueId": people.sales.id}, (sold,)),
        ({"queueId": people.support.id, "status": "open"}, (assisted, taken)),
        ({"queueId": people.elsewhere.id}, ()),
    ]:
        assert listed(people, people.ana, **query) == ids(*wanted), query


def test_a_list_can_be_of_a_time(people: People) -> None:
    first, second, third = (start(visitor(people.widget, name)) for name in ("A", "B", "C"))
    day = timezone.now().replace(hour=12, microsecond=0)
    for conversation, days in ((first, 3), (second, 2), (third, 1)):
        Conversation.objects.filter(id=conversation.id).update(updated_at=day - timedelta(days=days))
    moment = (day - timedelta(days=2)).isoformat()
    assert listed(people, people.sam, since=moment) == ids(third, second)
    assert listed(people, people.sam, until=moment) == ids(first)
    assert listed(people, people.sam, since=moment, until=day.date().isoformat()) == ids(third, second)
    assert listed(people, people.sam, since=moment, until=moment) == []


def test_a_list_can_be_searched_by_the_customer_and_by_what_was_said(people: People) -> None:
    veras, walts = start(people.vera), start(people.walt)
    say(people.walt, walts, "It is about Vera's parcel")
    olafs = start(people.olaf)
    say(people.olaf, olafs, "parcel")
    for text, wanted in [
        ("ver", (walts, veras)),
        ("vera parc", (walts,)),
        ("walt@EXAMPLE", (walts,)),
        ("example", (walts, veras)),
        ("parcel", (walts,)),
        ("olaf", ()),
        ("nobody", ()),
        (" ", (walts, veras)),
    ]:
        assert listed(people, people.bo, search=text) == ids(*wanted), text
    assert listed(people, people.bo, search="vera", status="closed") == []
    assert listed(people, people.vera, MINE, search="parcel") == []
    assert listed(people, people.walt, MINE, search="parcel") == ids(walts)
    assert listed(people, people.walt, MINE, search="parcel", status="closed") == []
    # By a new name, and no more by the old one.
    person = people.user(people.vera)
    person.first_name = "Wanda"
    person.save()
    assert listed(people, people.bo, search="wanda") == ids(veras)


def test_mine_are_a_customer_s_own_and_those_an_agent_has(people: People) -> None:
    taken, waiting = chat_of(people.vera, people.ana), start(people.walt)
    assert listed(people, people.vera, MINE) == listed(people, people.ana, MINE) == ids(taken)
    assert listed(people, people.walt, MINE) == ids(waiting)
    assert listed(people, people.bo, MINE) == listed(people, people.oskar, MINE) == []


@pytest.mark.parametrize(
    ("path", "query", "allowed"),
    [
        (MINE, {"status": "lost"}, "open, waiting, resolved, closed"),
        (MINE, {"status": ""}, "open, waiting, resolved, closed"),
        (MINE, {"search": "x" * 201}, "1 to 200 characters"),
        (MINE, {"search": "!"}, "a letter or a digit"),
        (MINE, {"limit": "101"}, "1 to 100"),
        (ALL, {"status": "lost"}, "open, waiting, resolved, closed"),
        (ALL, {"search": "\0"}, "a letter or a digit"),
        (ALL, {"mine": "yes"}, "true, false"),
        (ALL, {"assigned": "you"}, "me, none"),
        (ALL, {"handler": "nobody"}, "assistant, queue, agent"),
        (ALL, {"agentId": "me"}, "the id of an agent"),
        (ALL, {"queueId": "a\0"}, "the id of a queue"),
        (ALL, {"since": "yesterday"}, "ISO 8601"),
        (ALL, {"until": "2025-13-01"}, "ISO 8601"),
        (ALL, {"page": "0"}, "1 to 1,000,000"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_and_says_what_is_allowed(
    people: People, path: str, query: dict[str, str], allowed: str
) -> None:
    status, answer = Caller(people, people.ana).get(path, **query)
    assert status == 400
    assert allowed in answer["message"]
    assert answer["errors"] == {next(iter(query)): [answer["message"]]}


def test_the_team_s_list_is_for_the_team(people: People) -> None:
    start(people.vera)
    assert Caller(people, people.vera).get(ALL)[0] == 403
    assert listed(people, people.oskar) == []


def test_the_team_s_list_says_since_when_somebody_waits_and_what_was_said_last(people: People) -> None:
    waiting = start(people.vera)
    say(people.vera, waiting, "Anybody here?")
    chat_of(people.walt, people.ana)
    _, answer = Caller(people, people.bo).get(ALL)
    taken, waits = answer["data"]
    assert (taken["waitingSince"], taken["status"]) == (None, "open")
    assert waits["waitingSince"] == waits["createdAt"]
    assert waits["lastMessage"] == "Anybody here?"


def test_unread_counts_are_those_of_a_recount(people: People) -> None:
    conversation = chat_of(people.vera, people.ana)
    first = say(people.vera, conversation, "one").message
    say(people.ana, conversation, "two")
    read(people.ana, conversation, first.id)
    for n in range(3):
        say(people.vera, conversation, f"{n}")
    _, answer = Caller(people, people.ana).get(MINE)
    [shown] = answer["data"]
    assert shown["unreadCount"] == {str(people.vera.user_id): 1, str(people.ana.user_id): 3}
    read(people.ana, conversation)
    assert Caller(people, people.ana).get(MINE)[1]["data"][0]["unreadCount"][str(people.ana.user_id)] == 0


def test_a_name_that_very_many_share_is_found_at_the_newest(people: People) -> None:
    from chat import search

    # Ids of one millisecond have no order among them.
    ids = sorted(new_id() for _ in range(search.MAX_HITS + 5))
    User.objects.bulk_create(
        User(
            id=user_id,
            username=f"crowd-{user_id}",
            first_name="Crowd",
            organization_id=people.ana.organization_id,
            role=Role.CUSTOMER,
        )
        for user_id in ids
    )
    found = search.customer_ids(["crowd"], organization_id=people.ana.organization_id)
    assert found == ids[: -search.MAX_HITS - 1 : -1]
