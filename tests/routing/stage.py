"""The helpdesk on which the state machine plays, the model beside it, and what must hold of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from accounts import presence
from accounts.models import Organization, Role
from accounts.tokens import Principal, principal_of
from chat.actions import conversations
from chat.errors import HelpdeskError
from chat.models import Conversation
from queueing.models import Agent, Member, Offer, Queue, Skill
from tests.routing.model import Chat, Desk, Helper, Line
from tests.support.people import agent, empty_database, make_people, visitor
from tests.support.routing_rules import broken_rules
from tests.support.told import Told

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
CUSTOMERS = 6
ANSWER, RELAX, WARN, CLOSE = 100, 150, 390, 400
"""Seconds."""
NEVER = 10**7
ADMIN = 3


class Stage(RuleBasedStateMachine):
    """`told` hears what is told: set by the test."""

    told: Told

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.clock = mock.patch("django.utils.timezone.now", side_effect=lambda: self.now)
        self.clock.start()
        empty_database()

    @initialize(
        capacities=st.tuples(*[st.sampled_from([1, 2, None])] * 4),
        here=st.tuples(*[st.booleans()] * 4),
    )
    def open_the_desk(self, capacities: tuple[int | None, ...], here: tuple[bool, ...]) -> None:
        people = make_people()
        home = Organization.objects.get(slug="home")
        french, law = (Skill.objects.create(organization=home, name=name) for name in ("french", "law"))
        self.queues = [
            Queue.objects.create(
                organization=home,
                name=name,
                mode=mode,
                priority=priority,
                relax_skills_after_seconds=RELAX,
                answer_timeout_seconds=ANSWER,
                queue_timeout_seconds=NEVER,
                inactivity_warning_seconds=WARN,
                inactivity_close_seconds=CLOSE,
            )
            for name, mode, priority in (("Pull", "pull", 0), ("Push", "push", 0), ("French", "pull", 1))
        ]
        self.queues[2].skills.add(french)
        self.people: list[Principal] = []
        found: list[Helper] = []
        skills = ([], [french], [french, law], [french])
        serves = ((0, 1), (0, 1, 2), (1, 2), (0, 1, 2))
        for number, name in enumerate(("Alice", "Bob", "Chloe", "Adam")):
            is_admin = name == "Adam"
            user = agent(home, name, Role.ADMIN if is_admin else Role.AGENT)
            row = Agent.objects.create(user=user, capacity=capacities[number])
            row.skills.set(skills[number])
            names = frozenset(skill.name for skill in skills[number])
            ids = frozenset(str(self.queues[index].id) for index in serves[number])
            if not is_admin:
                Member.objects.bulk_create(
                    Member(queue=self.queues[index], user=user) for index in serves[number]
                )
            found.append(Helper(name, capacities[number], names, ids, is_admin))
            self.people.append(principal_of(user))
        # An agent without a row, who serves one queue.
        dora = agent(home, "Dora")
        Member.objects.create(queue=self.queues[1], user=dora)
        found.append(Helper("Dora", None, frozenset(), frozenset({str(self.queues[1].id)})))
        self.people.append(principal_of(dora))
        names = (frozenset(), frozenset(), frozenset({"french"}))
        self.desk = Desk(
            [
                Line(str(queue.id), queue.priority, names[index], queue.mode == "push")
                for index, queue in enumerate(self.queues)
            ],
            found,
        )
        self.customers = [visitor(people.widget, f"Guest{number}") for number in range(CUSTOMERS)]
        self.chats: dict[int, tuple[Chat, Conversation]] = {}
        for number, is_here in enumerate(here):
            if is_here:
                self.comes_or_goes(number)
        for number in range(CUSTOMERS):
            self.started(number, number % 3)

    # What must hold after each step

    @invariant()
    def the_database_is_as_the_model_says(self) -> None:
        if not hasattr(self, "desk"):
            return
        self.now += timedelta(seconds=1)
        self.notice_offers()
        assert broken_rules() == []
        rows = {row.id: row for row in Conversation.objects.select_related("agent")}
        for chat, conversation in self.chats.values():
            row = rows[conversation.id]
            has_it = row.agent.first_name if row.agent else None
            assert (row.status, str(row.queue_id), row.priority, frozenset(row.required_skills), has_it) == (
                chat.status,
                chat.line.id,
                chat.priority,
                chat.skills,
                chat.agent.name if chat.agent else None,
            )

    def notice_offers(self) -> None:
        """Take over whom the helpdesk has asked, if it was right to ask them."""
        pending = {offer.key: offer for offer in Offer.objects.filter(state=Offer.State.PENDING)}
        helper_of = {
            person.user_id: helper for person, helper in zip(self.people, self.desk.helpers, strict=True)
        }
        for chat, conversation in self.chats.values():
            offer = pending.get(str(conversation.id))
            if chat.asked is not None:
                assert offer is not None, "who was asked is asked no more"
                assert helper_of[offer.user_id] is chat.asked[0]
            elif offer is not None:
                helper = helper_of[offer.user_id]
                assert offer.kind == Offer.Kind.REQUEST
                assert chat.line.asks
                assert helper.is_here, "somebody was asked who is not here"
                assert helper not in chat.refused, "somebody was asked twice in a round"
                assert chat.needs <= helper.skills
                assert chat.line.id in helper.serves
                assert self.desk.overtaken_by(chat, helper) == []
                assert self.desk.may_be_asked(helper), "somebody was asked who has no room"
                chat.asked = helper, None

    # Words for the above

    @contextmanager
    def about(self, customer: int) -> Iterator[tuple[Chat, Conversation]]:
        """The customer's latest chat, the closed one too."""
        yield self.chats[customer]

    @contextmanager
    def happens_if(self, allowed: bool) -> Iterator[None]:
        """What is allowed happens, and all else is refused."""
        if allowed:
            yield
        else:
            with pytest.raises(HelpdeskError):
                yield

    def started(self, customer: int, line: int) -> None:
        live = self.chats.get(customer)
        conversation, is_new = conversations.start_conversation(
            self.customers[customer], str(self.queues[line].id)
        )
        assert is_new == (live is None or live[0].status == "closed")
        if is_new:
            where = self.desk.lines[line]
            chat = Chat(where, where.priority, where.skills, since=self.now, active_at=self.now)
            self.desk.chats.append(chat)
            self.chats[customer] = chat, conversation

    def comes_or_goes(self, who: int) -> None:
        helper, user_id = self.desk.helpers[who], self.people[who].user_id
        helper.is_here = not helper.is_here
        self.told.process.run((presence.arrive if helper.is_here else presence.leave)(user_id, "socket"))

    def concerned(self, chat: Chat) -> int:
        """Who is asked about a chat, else who has it, else an admin."""
        helper = chat.asked[0] if chat.asked else chat.agent
        return ADMIN if helper is None else self.desk.helpers.index(helper)

    def owns(self, who: int, chat: Chat) -> bool:
        helper = self.desk.helpers[who]
        return chat.status != "closed" and (helper.is_admin or chat.agent is helper)

    def refused(self, chat: Chat) -> None:
        assert chat.asked is not None
        if chat.asked[1] is None:
            chat.refused.add(chat.asked[0])
        chat.asked = None

    def closed(self, chat: Chat) -> None:
        if chat.status != "closed":
            chat.move("closed", chat.agent, self.now)

    def chat_of(self, conversation: Conversation) -> Chat:
        return next(chat for chat, row in self.chats.values() if row.id == conversation.id)

    def teardown(self) -> None:
        self.clock.stop()
        for who, helper in enumerate(getattr(self, "desk", Desk([], [])).helpers):
            if helper.is_here:
                self.comes_or_goes(who)
        empty_database()
