"""Any sequence of what people do with chats, beside a model that says what must come of it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chat.actions import asking, conversations, inactivity, offers, resolving, routing, transfers, waiting
from chat.models import Conversation
from queueing import timers
from queueing.models import Timer
from queueing.offers import TIMEOUT
from tests.routing.model import Chat
from tests.routing.stage import ADMIN, ANSWER, CLOSE, CUSTOMERS, RELAX, Stage
from tests.support.chats import say

customers = st.integers(0, CUSTOMERS - 1)
helpers = st.integers(0, 4)
concerned = st.sampled_from([None, None, None, 0, 1, 2, 3, 4])
"""Mostly None: whoever has the chat, or is asked about it, so that not most of what is tried is refused."""
lines = st.integers(0, 2)


class Routing(Stage):
    """What customers, agents and time do; each step says in the model's words what must come of it."""

    # What customers do

    @rule(customer=customers, line=lines)
    def start(self, customer: int, line: int) -> None:
        self.started(customer, line)

    @rule(customer=customers)
    def customer_says(self, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            with self.happens_if(chat.status != "closed"):
                say(self.customers[customer], conversation, "hello")
            if chat.status == "resolved":
                stays = chat.agent is not None and self.desk.has_room(chat.agent)
                chat.since = chat.since if stays else self.now
                chat.move("open" if stays else "waiting", chat.agent if stays else None, self.now)
            elif chat.status != "closed":
                chat.active_at = self.now

    @rule(customer=customers)
    def customer_closes(self, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            conversations.close_conversation(self.customers[customer], str(conversation.id))
            self.closed(chat)

    # What agents do

    @rule(who=helpers, line=st.none() | lines)
    def pick(self, who: int, line: int | None) -> None:
        helper = self.desk.helpers[who]
        among = self.desk.lines if line is None else [self.desk.lines[line]]
        first = self.desk.first_for(helper, among)
        serves = line is None or among[0].id in helper.serves
        allowed = serves and (first is None or self.desk.has_room(helper))
        picked = None
        with self.happens_if(allowed):
            picked = routing.pick_next(self.people[who], None if line is None else str(self.queues[line].id))
        expected = first if allowed else None
        chat = None if picked is None else self.chat_of(picked)
        assert chat is expected, "somebody was overtaken"
        if chat is not None:
            chat.move("open", helper, self.now)

    @rule(who=helpers, customer=customers)
    def claim(self, who: int, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            helper = self.desk.helpers[who]
            served = chat.line.id in helper.serves
            has_it = served and chat.agent is helper and chat.status != "closed"
            takes = served and self.desk.has_room(helper) and chat.status == "waiting"
            with self.happens_if(has_it or takes):
                routing.claim(self.people[who], str(conversation.id))
            if takes:
                chat.move("open", helper, self.now)

    @rule(who=helpers, customer=customers)
    def take_over(self, who: int, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            helper = self.desk.helpers[who]
            has_it = chat.status == "open" and chat.agent is helper
            takes = self.desk.has_room(helper) and (
                chat.line.id in helper.serves if chat.status == "waiting" else helper.is_admin
            )
            takes = takes and chat.status in ("waiting", "open") and not has_it
            with self.happens_if(has_it or takes):
                routing.take_over(self.people[who], str(conversation.id))
            if takes:
                chat.move("open", helper, self.now)

    @rule(to=helpers, customer=customers)
    def reassign(self, to: int, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            helper = self.desk.helpers[to]
            has_it = chat.status == "open" and chat.agent is helper
            gets = chat.status != "closed" and not has_it and self.desk.has_room(helper)
            with self.happens_if(has_it or gets):
                routing.reassign(self.people[ADMIN], str(conversation.id), str(self.people[to].user_id))
            if gets:
                chat.move("open", helper, self.now)

    @rule(who=concerned, customer=customers)
    def return_to_queue(self, who: int | None, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            returns = chat.status == "open" and self.owns(who, chat)
            with self.happens_if(returns or chat.status == "waiting"):
                routing.return_to_queue(self.people[who], str(conversation.id))
            if returns:
                chat.move("waiting", None, self.now)

    @rule(who=concerned, customer=customers, to=helpers)
    def transfer_to_agent(self, who: int | None, customer: int, to: int) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            asked = self.desk.helpers[to]
            asks = (
                chat.status == "open" and self.owns(who, chat) and asked.is_here and chat.agent is not asked
            )
            with self.happens_if(asks):
                transfers.transfer_to_agent(
                    self.people[who], str(conversation.id), str(self.people[to].user_id), "please"
                )
            if asks:
                chat.asked = asked, self.desk.helpers[who]

    @rule(
        who=concerned,
        customer=customers,
        line=lines,
        priority=st.none() | st.integers(-1, 2),
        skills=st.none() | st.sets(st.sampled_from(["french", "law"])),
    )
    def transfer_to_queue(
        self, who: int | None, customer: int, line: int, priority: int | None, skills: set[str] | None
    ) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            moves = chat.status == "open" and self.owns(who, chat)
            with self.happens_if(moves):
                transfers.transfer_to_queue(
                    self.people[who],
                    str(conversation.id),
                    str(self.queues[line].id),
                    priority=priority,
                    skills=skills,
                )
            if moves:
                to = chat.line = self.desk.lines[line]
                chat.priority = to.priority if priority is None else priority
                chat.skills = to.skills if skills is None else frozenset(skills)
                chat.move("waiting", None, self.now)

    @rule(who=concerned, customer=customers)
    def accept(self, who: int | None, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            helper = self.desk.helpers[who]
            has_it = chat.status == "open" and chat.agent is helper
            is_asked = chat.asked is not None and chat.asked[0] is helper
            takes = is_asked and self.desk.has_room(helper) and not has_it
            with self.happens_if(has_it or takes):
                offers.accept(self.people[who], str(conversation.id))
            if takes:
                chat.move("open", helper, self.now)

    @rule(who=concerned, customer=customers)
    def decline(self, who: int | None, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            is_asked = chat.asked is not None and chat.asked[0] is self.desk.helpers[who]
            with self.happens_if(is_asked):
                offers.decline(self.people[who], str(conversation.id))
            if is_asked:
                self.refused(chat)

    @rule(who=concerned, customer=customers)
    def resolve(self, who: int | None, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            serves = chat.status == "waiting" and chat.line.id in self.desk.helpers[who].serves
            may = chat.status != "closed" and (serves or self.owns(who, chat))
            with self.happens_if(may):
                resolving.resolve(self.people[who], str(conversation.id))
            if may and chat.status != "resolved":
                chat.move("resolved", chat.agent, self.now)

    @rule(who=concerned, customer=customers)
    def close(self, who: int | None, customer: int) -> None:
        with self.about(customer) as (chat, conversation):
            who = self.concerned(chat) if who is None else who
            may = chat.status == "closed" or self.owns(who, chat)
            with self.happens_if(may):
                conversations.close_conversation(self.people[who], str(conversation.id))
            if may:
                self.closed(chat)

    @rule(who=helpers)
    def come_or_go(self, who: int) -> None:
        self.comes_or_goes(who)

    # What time does

    @rule()
    def ask_everywhere(self) -> None:
        asking.ask_everywhere()
        self.notice_offers()
        assert self.desk.forgotten() == [], "somebody free was not asked"

    @rule(seconds=st.sampled_from([20, ANSWER + 1, RELAX + 1, CLOSE + 1]))
    def wait(self, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        due = Timer.objects.filter(due_at__lte=until).order_by("due_at", "id")
        while (timer := due.first()) is not None:
            self.now = max(self.now, timer.due_at)
            chat = self.chat_of(Conversation.objects.get(id=timer.key))
            assert timers.fire_due(self.now, limit=1) == 1
            self.fired(timer.kind, chat)
            self.notice_offers()
        self.now = until

    def fired(self, kind: str, chat: Chat) -> None:
        if kind == TIMEOUT:
            self.refused(chat)
        elif kind == waiting.NEW_ROUND:
            chat.refused.clear()
        elif kind == waiting.RELAX_SKILLS:
            chat.is_relaxed = True
        elif kind == inactivity.CLOSE and self.now - chat.active_at >= timedelta(seconds=CLOSE):
            self.closed(chat)
