"""Who has read what (SPEC §4): the counters are what a recount gives, whatever happened in whatever order."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connections

from chat import selectors
from chat.actions import revisions, routing
from chat.models import Conversation
from tests.support.chats import chat_of, read, say
from tests.support.people import visitor

pytestmark = pytest.mark.database


class Recount:
    """The same counted the slow way, from what people did."""

    def __init__(self) -> None:
        self.read: defaultdict[str, int] = defaultdict(int)

    def check(self, conversation: Conversation) -> None:
        conversation = selectors.conversations().get(id=conversation.id)
        facts = selectors.conversation_facts(conversation)
        messages = selectors.message_facts(conversation, selectors.messages_of(conversation))
        participants = {str(key) for key in conversation.participants.values_list("user_id", flat=True)}
        assert facts.read == {person: self.read[person] for person in participants}
        assert facts.unread == {
            person: sum(
                message.seq > self.read[person] and message.sender is not None and message.sender.id != person
                for message in messages
            )
            for person in participants
        }
        customer = facts.customer.id
        staff_has_read = max(seq for person, seq in facts.read.items() if person != customer)
        for message in messages:
            is_customers = message.sender is not None and message.sender.id == customer
            assert message.is_read == (
                message.seq <= (staff_has_read if is_customers else self.read[customer])
            )


@pytest.mark.parametrize("seed", range(4))
def test_after_every_step_of_a_random_history_the_counters_are_a_recount(people, seed):
    dice = Random(seed)
    customer = visitor(people.widget, f"Guest{seed}")
    chat, recount, agent = chat_of(customer, people.ana), Recount(), people.ana
    for _ in range(40):
        person = dice.choice([customer, agent])
        messages = list(chat.messages.order_by("seq"))
        match dice.choice(["say", "say", "read", "read all", "edit or delete", "reassign"]):
            case "say":
                say(person, chat, "word")
            case "read":
                message = dice.choice(messages)
                read(person, chat, str(message.id))
                recount.read[str(person.user_id)] = max(recount.read[str(person.user_id)], message.seq)
            case "read all":
                read(person, chat)
                recount.read[str(person.user_id)] = messages[-1].seq
            case "edit or delete":
                own = [message for message in messages if message.sender_id == person.user_id]
                if own and not (message := dice.choice(own)).deleted_at:
                    dice.choice([revisions.delete_message, lambda *one: revisions.edit_message(*one, "?")])(
                        person, str(message.id)
                    )
            case "reassign":
                agent = people.bo if agent is people.ana else people.ana
                routing.reassign(people.sam, str(chat.id), str(agent.user_id))
        recount.check(chat)


def test_marks_and_messages_that_come_at_once_count_as_if_one_after_the_other(people):
    chat, recount = chat_of(people.vera, people.ana), Recount()

    def work(seed: int) -> list[tuple[str, int]]:
        dice, marks = Random(seed), []
        person = people.vera if seed % 2 else people.ana
        try:
            for _ in range(15):
                if dice.random() < 0.5:
                    say(person, chat, "word")
                else:
                    some = chat.messages.order_by("?").first()
                    mark = read(person, chat, dice.choice([None, str(some.id)]))
                    marks.append((str(person.user_id), mark.seq))
        finally:
            connections.close_all()
        return marks

    with ThreadPoolExecutor(6) as threads:
        for marks in threads.map(work, range(6)):
            for person, seq in marks:
                recount.read[person] = max(recount.read[person], seq)
    recount.check(chat)
