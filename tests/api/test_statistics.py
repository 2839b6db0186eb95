"""Statistics of a period: the same as a recount by hand, whatever has happened (SPEC §6)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chat import statistics
from chat.actions import answering, conversations, escalation, ratings, routing
from chat.models import Conversation, Message, Rating, Status, Transition
from tests.support.assistants import assistant_of
from tests.support.chats import chat_of, say, start
from tests.support.lives import forget_everything, live_somehow
from tests.support.people import People, visitor
from tests.support.rest import Caller

pytestmark = pytest.mark.database

Span = tuple[Any, Any, timedelta]
"""An agent's id, a queue's id and a length."""

START = datetime(2026, 1, 10, tzinfo=UTC)
END = START + timedelta(days=10)


def spread_in_time(chance: random.Random) -> None:
    """Give everything that happened a time in its order, from before the period until after it."""
    for conversation in Conversation.objects.all():
        moment = START + timedelta(hours=chance.randint(-24, 24 * 11))
        Conversation.objects.filter(id=conversation.id).update(created_at=moment)
        rows = sorted(
            [*conversation.transitions.all(), *conversation.messages.all()], key=lambda row: row.created_at
        )
        for row in rows:
            type(row).objects.filter(pk=row.pk).update(created_at=moment)
            moment += timedelta(seconds=chance.randint(0, 100_000))
        Rating.objects.filter(conversation=conversation).update(created_at=moment)


class Recount:
    """The statistics of a period, row by row."""

    def __init__(self, people: People) -> None:
        self.statuses: list[tuple[Any, Any, str]] = []
        self.scores: list[tuple[Any, Any, int]] = []
        self.waits: list[Span] = []
        self.handlings: list[Span] = []
        self.first_responses: list[Span] = []
        self.happened: list[tuple[Any, Any, str]] = []
        self.assistant = Counter[str]()
        for conversation in Conversation.objects.filter(organization_id=people.ana.organization_id):
            if START <= conversation.created_at < END:
                self._count(conversation)

    def _count(self, conversation: Conversation) -> None:
        state = (None, None)
        since = conversation.created_at
        queue = None
        was_assistants = gave_away = False
        for step in conversation.transitions.order_by("id"):
            if step.created_at >= END:
                break
            if step.kind == "transferred":
                self.happened.append((step.from_agent_id, step.from_queue_id, "transfers"))
            if step.kind == "escalated":
                self.happened.append((None, step.to_queue_id, "escalations"))
            if (step.kind, state[0]) == ("closed", "waiting"):
                self.happened.append((None, step.from_queue_id, "missed"))
            reached = (step.to_status, step.to_agent_id)
            if state == ("open", None) and (step.to_agent_id or step.to_status == "waiting"):
                gave_away = True
            was_assistants |= reached == ("open", None)
            if reached != state:
                length = step.created_at - since
                if state[0] == "waiting" and reached[0] == "open" and reached[1]:
                    self.waits.append((reached[1], queue, length))
                if state[0] == "open" and state[1]:
                    self.handlings.append((state[1], queue, length))
                state, since = reached, step.created_at
                queue = step.to_queue_id
        self.statuses.append((state[1], queue, str(state[0])))
        said = [message for message in conversation.messages.order_by("seq") if message.created_at < END]
        if was_assistants:
            wrote = any(message.sender_id == conversation.customer_id for message in said)
            is_over = state[0] in ("resolved", "closed")
            self.assistant["chats"] += 1
            self.assistant["answered"] += is_over and wrote and not gave_away
            self.assistant["handed_over"] += gave_away
        for message in said:
            if message.sender and message.sender.role in ("agent", "admin"):
                length = message.created_at - conversation.created_at
                self.first_responses.append((message.sender_id, conversation.queue_id, length))
                break
        rating = Rating.objects.filter(conversation=conversation, created_at__lt=END).first()
        if rating is not None:
            self.scores.append((conversation.agent_id, conversation.queue_id, rating.score))

    def check(self, figures: statistics.Figures, fits: Callable[[tuple[Any, ...]], bool]) -> None:
        """Compare figures with the rows that belong to them."""
        assert figures.statuses == Counter(row[2] for row in self.statuses if fits(row))
        assert figures.scores == Counter(row[2] for row in self.scores if fits(row))
        assert figures.happened == Counter(row[2] for row in self.happened if fits(row))
        for name in ("waits", "handlings", "first_responses"):
            lengths = [row[2] for row in getattr(self, name) if fits(row)]
            times = getattr(figures, name)
            assert (times.count, times.total) == (len(lengths), sum(lengths, timedelta())), name
            assert times.longest == max(lengths, default=timedelta()), name


def for_some_seeds(check: Callable[[random.Random], None], count: int) -> None:
    """Let hypothesis choose seeds; there is no smaller example of a seed to be looked for."""
    chosen = settings(max_examples=count, deadline=None, phases=[Phase.reuse, Phase.generate])
    chosen(given(st.integers().map(random.Random))(check))()


def test_statistics_agree_with_a_recount_after_anything(people: People) -> None:
    kinds: set[str] = set()

    def check(chance: random.Random) -> None:
        forget_everything()
        live_somehow(people, chance)
        start(people.olaf)
        spread_in_time(chance)
        kinds.update(Transition.objects.values_list("kind", flat=True))
        recount = Recount(people)
        found = statistics.gather(people.ana.organization_id, START, END)
        recount.check(found.total, lambda row: True)
        assert Counter(asdict(found.assistant)) == recount.assistant
        agents = {agent.id if agent else None: figures for agent, figures in found.by_agent}
        queues = {queue.id if queue else None: figures for queue, figures in found.by_queue}
        assert {one.user_id for one in (people.ana, people.bo, people.olga, people.sam)} <= set(agents)
        for agent_id, figures in agents.items():
            recount.check(figures, lambda row, agent_id=agent_id: row[0] == agent_id)
        for queue_id, figures in queues.items():
            recount.check(figures, lambda row, queue_id=queue_id: row[1] == queue_id)
        for parts in (agents, queues):
            summed = statistics.Figures()
            for figures in parts.values():
                summed.add(figures)
            assert summed == found.total

    for_some_seeds(check, 5)
    assert kinds >= {"started", "claimed", "returned", "reassigned", "taken_over", "transferred", "escalated"}
    assert kinds >= {"resolved", "reopened", "closed"}, "too little has happened"


def test_statistics_count_what_the_lists_list(people: People) -> None:
    sam = Caller(people, people.sam)

    def listed(**query: str) -> dict[str, int]:
        def total(status: str) -> int:
            answer = sam.get("/api/v1/chat/support/conversations", status=status, **query)[1]
            return int(answer["pagination"]["totalItems"])

        return {status: total(status) for status in Status.values}

    def check(chance: random.Random) -> None:
        forget_everything()
        live_somehow(people, chance)
        data = sam.get("/api/v1/chat/support/stats")[1]["data"]
        assert data["total"]["byStatus"] == listed()
        for group in data["agents"]:
            of_agent = {"agentId": group["agent"]["_id"]} if group["agent"] else {"assigned": "none"}
            assert group["byStatus"] == listed(**of_agent), of_agent
        for group in data["queues"]:
            assert group["byStatus"] == listed(queueId=group["queue"]["id"])

    for_some_seeds(check, 2)


def test_the_answer_shows_a_conversation_from_start_to_rating(people: People) -> None:
    conversation = chat_of(people.vera, people.ana)
    say(people.ana, conversation, "Good morning")
    conversations.close_conversation(people.ana, str(conversation.id))
    ratings.rate(people.vera, str(conversation.id), 4)
    start(people.walt, str(people.sales.id))
    status, answer = Caller(people, people.bo).get("/api/v1/chat/support/stats")
    assert (status, answer["message"]) == (200, "Statistics fetched successfully")
    data = answer["data"]
    total = data["total"]
    assert total["conversations"] == 2
    assert total["byStatus"] == {"open": 0, "waiting": 1, "resolved": 0, "closed": 1}
    assert total["ratings"] == {
        "count": 1,
        "average": 4.0,
        "byScore": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 0},
    }
    assert (total["transfers"], total["escalations"], total["missed"]) == (0, 0, 0)
    for times in ("waits", "firstResponses", "handlings"):
        assert total[times]["count"] == 1
        assert 0 <= total[times]["averageSeconds"] == total[times]["longestSeconds"] < 10
    agents = {group["agent"]["first_name"] if group["agent"] else None: group for group in data["agents"]}
    assert set(agents) == {"Ana", "Bo", "Olga", "Sam", None}
    assert (agents["Ana"]["conversations"], agents[None]["conversations"]) == (1, 1)
    assert agents["Bo"]["handlings"] == {"count": 0, "averageSeconds": None, "longestSeconds": None}
    queues = {group["queue"]["name"]: group["conversations"] for group in data["queues"]}
    assert queues == {"Support": 1, "Sales": 1}
    listed = Caller(people, people.bo).get("/api/v1/chat/support/conversations")[1]["pagination"]
    assert listed["totalItems"] == total["conversations"]


def test_what_the_assistant_had_counts_for_it_and_for_no_agent(people: People) -> None:
    assistant_of(people, greeting="Hello!")
    customers = [people.vera, people.walt, *(visitor(people.widget, name) for name in ("Xena", "Yves"))]
    answered, asked, taken, silent = (start(customer) for customer in customers)
    say(people.vera, answered, "Thanks, bye")
    conversations.close_conversation(people.vera, str(answered.id))
    escalation.request_agent(people.walt, str(asked.id))
    routing.take_over(people.ana, str(taken.id))
    answering.resume(people.ana, str(taken.id))
    conversations.close_conversation(people.sam, str(silent.id))

    def figures() -> dict[str, Any]:
        return dict(Caller(people, people.bo).get("/api/v1/chat/support/stats")[1]["data"])

    data = figures()
    assert data["assistant"] == {"chats": 4, "answered": 1, "handedOver": 2}
    assert data["total"]["byStatus"] == {"open": 1, "waiting": 1, "resolved": 0, "closed": 2}
    assert (data["total"]["escalations"], data["total"]["firstResponses"]["count"]) == (1, 0)
    assert "Ada" not in {group["agent"]["first_name"] for group in data["agents"] if group["agent"]}
    routing.claim(people.ana, str(asked.id))
    say(people.ana, asked, "I am here")
    assert figures()["total"]["firstResponses"]["count"] == 1


def test_each_sees_its_own_organization_and_customers_nothing(people: People) -> None:
    start(people.vera)
    assert Caller(people, people.vera).get("/chat/support/stats")[0] == 403
    assert Caller(people, people.sam).get("/chat/support/stats")[1]["data"]["total"]["conversations"] == 1
    _, elsewhere = Caller(people, people.oskar).get("/chat/support/stats")
    assert elsewhere["data"]["total"]["conversations"] == 0
    assert "Ana" not in str(elsewhere)


@pytest.mark.parametrize(
    ("query", "begins", "ends"),
    [
        ({"from": "2026-01-01", "to": "2026-02-01"}, "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"),
        ({"to": "2026-02-01T12:30:00.250Z"}, "2026-01-02T12:30:00.250Z", "2026-02-01T12:30:00.250Z"),
        (
            {"from": "2026-01-01T02:00:00+02:00", "to": "2026-01-02T00:00:00 01:00"},
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T23:00:00.000Z",
        ),
    ],
)
def test_a_period_is_read_as_iso_8601(people: People, query: dict[str, str], begins: str, ends: str) -> None:
    status, answer = Caller(people, people.sam).get("/chat/support/stats", **query)
    assert (status, answer["data"]["from"], answer["data"]["to"]) == (200, begins, ends)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": ""}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "from"),
        ({"from": "2026-01-01", "to": "2026-01-01"}, "from"),
        ({"from": "2026-01-01\0"}, "from"),
        ({"from": "٢٠٢٦-٠١-٠١"}, "from"),
    ],
)
def test_a_period_that_cannot_be_is_refused_by_name(
    people: People, query: dict[str, str], field: str
) -> None:
    status, answer = Caller(people, people.sam).get("/chat/support/stats", **query)
    assert (status, list(answer["errors"])) == (400, [field])


def test_the_number_of_queries_does_not_grow(people: People) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            statistics.gather(people.ana.organization_id, START, datetime.now(UTC) + timedelta(days=1))
        return len(captured)

    start(people.vera)
    before = queries()
    live_somehow(people, random.Random(1))
    assert Message.objects.count() > 15
    assert queries() == before
