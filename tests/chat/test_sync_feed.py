"""What a client that polls is told (SPEC §4): all that changed for it, each once, whatever it missed."""

import asyncio
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec
import pytest
from django.db import connections

from accounts.tokens import Principal
from chat.actions import messages, notes, ratings, resolving, revisions, routing
from chat.actions.conversations import close_conversation
from chat.errors import ConversationClosed, InvalidInput
from chat.events import ConversationFacts, MessageFacts
from chat.models import Conversation
from chat.selectors import conversation_facts, message_facts, messages_of
from chat.selectors import conversations as conversations_with_people
from chat.sync import feed
from tests.support.chats import chat_of, read, say, start
from tests.support.people import visitor

pytestmark = pytest.mark.database


@dataclass
class Poller:
    """A client that asks now and then, and keeps what it is told."""

    principal: Principal
    cursor: str = ""
    conversations: dict[str, ConversationFacts] = field(default_factory=dict)
    messages: dict[str, MessageFacts] = field(default_factory=dict)
    told: list[tuple[str, int]] = field(default_factory=list)
    """Each message it was told, with the version in which it was told it."""

    def __post_init__(self) -> None:
        page = feed.begin(self.principal)
        self.cursor = page.cursor
        self._keep(page)

    def poll(self, limit: int = 500) -> int:
        """Ask until there is no more, and return how many pages that took."""
        for pages in range(1, 100_000):
            page = feed.changes_since(self.principal, self.cursor, limit)
            assert len(page.messages) <= limit
            assert len(page.conversations) <= limit
            assert page.cursor != self.cursor or not page.more, "a page that leads nowhere"
            self.cursor = page.cursor
            self._keep(page)
            if not page.more:
                return pages
        raise AssertionError("it never ends")

    def _keep(self, page: feed.Page) -> None:
        self.conversations |= {facts.id: facts for facts in page.conversations}
        self.messages |= {facts.id: facts for facts in page.messages}
        self.told += [(facts.id, facts.version) for facts in page.messages]

    def texts(self, conversation: Conversation) -> list[str]:
        mine = [facts for facts in self.messages.values() if facts.conversation_id == str(conversation.id)]
        return [facts.text for facts in sorted(mine, key=lambda facts: facts.seq)]

    def check(self, *conversations: Conversation) -> None:
        """What it has is what stands in the database, and it was told nothing twice."""
        assert len(self.told) == len(set(self.told))
        for conversation in conversations:
            conversation = conversations_with_people().get(id=conversation.id)
            facts = conversation_facts(conversation)
            assert msgspec.to_builtins(self.conversations[facts.id]) == msgspec.to_builtins(facts)
            now = message_facts(conversation, messages_of(conversation))
            missed = [
                (message.seq, message.version, message.text)
                for message in now
                if message.id not in self.messages
            ]
            assert missed == []
            told = [self.messages[message.id] for message in now]
            assert [_without_receipt(message) for message in told] == [
                _without_receipt(message) for message in now
            ]


def _without_receipt(facts: MessageFacts) -> tuple:
    return (facts.id, facts.seq, facts.version, facts.text, facts.sender, facts.edited_at, facts.deleted_at)


def test_without_a_cursor_come_the_conversations_that_go_on_and_a_cursor_for_now(people):
    over, chat = chat_of(people.walt, people.ana), chat_of(people.vera, people.ana)
    close_conversation(people.ana, str(over.id))
    waiting = start(people.walt)
    assert set(Poller(people.vera).conversations) == {str(chat.id)}
    assert set(Poller(people.ana).conversations) == {str(chat.id), str(waiting.id)}
    assert set(Poller(people.olga).conversations) == set(Poller(people.oskar).conversations) == set()
    for person in (people.vera, people.ana, people.oskar):
        page = feed.changes_since(person, feed.begin(person).cursor, 500)
        assert (page.conversations, page.messages, page.more) == ([], [], False)


def test_a_poller_hears_of_everything_that_happens_in_its_conversations(people):
    vera, ana, walt = (Poller(person) for person in (people.vera, people.ana, people.walt))
    chat = chat_of(people.vera, people.ana)
    first = say(people.vera, chat, "helo").message
    second = say(people.ana, chat, "I will never say this").message
    revisions.edit_message(people.vera, first.id, "hello")
    revisions.delete_message(people.ana, second.id)
    read(people.ana, chat)
    for poller in (vera, ana):
        poller.poll()
        poller.check(chat)
        assert poller.texts(chat) == ["Chat started", "Ana joined", "hello", ""]
    resolving.resolve(people.ana, str(chat.id))
    ratings.rate(people.vera, str(chat.id), 5, "Quick")
    for poller in (vera, ana):
        poller.poll()
        poller.check(chat)
        assert poller.conversations[str(chat.id)].rating.score == 5
    walt.poll()
    assert (walt.conversations, walt.messages) == ({}, {})


def test_whatever_happened_meanwhile_small_pages_bring_all_of_it_once(people):
    dice = random.Random(7)
    customers = [people.vera, people.walt, *(visitor(people.widget, f"Guest{number}") for number in range(3))]
    pollers = [Poller(person) for person in (*customers, people.ana, people.bo)]
    chats = {customer.user_id: chat_of(customer, people.ana) for customer in customers}
    for _ in range(80):
        customer = dice.choice(customers)
        chat = chats[customer.user_id]
        chat.refresh_from_db()
        agent = people.ana if chat.agent_id == people.ana.user_id else people.bo
        speaker = dice.choice([customer, agent])
        happened = dice.choice(["say", "say", "say", "edit", "delete", "read", "reassign", "resolve", "note"])
        own = chat.messages.filter(sender_id=speaker.user_id, deleted_at=None).order_by("?").first()
        if happened == "say":
            say(speaker, chat, f"{dice.random()}")
        elif happened == "edit" and own:
            revisions.edit_message(speaker, str(own.id), f"edited {dice.random()}")
        elif happened == "delete" and own:
            revisions.delete_message(speaker, str(own.id))
        elif happened == "read":
            read(speaker, chat)
        elif happened == "reassign":
            routing.reassign(people.sam, str(chat.id), str(dice.choice([people.ana, people.bo]).user_id))
        elif happened == "resolve":
            resolving.resolve(agent, str(chat.id))
        elif happened == "note":
            notes.add_note(agent, str(chat.id), "between us")
        if dice.random() < 0.15:
            dice.choice(pollers).poll(dice.randint(1, 4))
    for poller in pollers:
        poller.poll(dice.randint(1, 4))
        poller.check(*Conversation.objects.filter(participants__user_id=poller.principal.user_id))


def test_an_agent_who_is_given_a_chat_gets_what_was_said_before_and_then_what_follows(people):
    bo = Poller(people.bo)
    chat, other = chat_of(people.vera, people.ana), chat_of(people.walt, people.ana)
    for number in range(5):
        say(people.vera, chat, f"before {number}")
        say(people.walt, other, "another's")
    bo.poll(limit=2)
    assert bo.messages == {}
    routing.reassign(people.sam, str(chat.id), str(people.bo.user_id))
    say(people.vera, chat, "after")
    assert bo.poll(limit=2) > 1
    bo.check(chat)
    assert bo.texts(other) == []


def test_agents_hear_what_becomes_of_the_chats_in_their_queues_and_of_no_others(people):
    ana, olga = Poller(people.ana), Poller(people.olga)
    chat = start(people.vera)
    for poller in (ana, olga):
        poller.poll()
    assert [facts.status for facts in ana.conversations.values()] == ["waiting"]
    routing.claim(people.bo, str(chat.id))
    ana.poll()
    [taken] = ana.conversations.values()
    assert (taken.status, taken.agent.first_name, ana.messages) == ("open", "Bo", {})
    olga.poll()
    assert olga.conversations == {}


def test_a_note_moves_nothing_that_a_customer_could_notice(people):
    chat = chat_of(people.vera, people.ana)
    before = (conversation_facts(chat).updated_at, feed.begin(people.vera).cursor)
    notes.add_note(people.ana, str(chat.id), "She has called before.")
    page = feed.changes_since(people.vera, before[1], 500)
    assert (page.conversations, page.messages, page.cursor) == ([], [], before[1])
    chat.refresh_from_db()
    assert chat.updated_at == before[0]


@pytest.mark.parametrize(
    "cursor", ["", "1", "x.y", "1.2", "-1.0", "9999999.1", "1.1.1", "1.1\n", "١.١", "1" * 40 + ".1"]
)
def test_what_is_no_cursor_is_refused(people, cursor):
    start(people.vera)
    with pytest.raises(InvalidInput, match="no cursor of ours"):
        feed.changes_since(people.vera, cursor, 500)


async def test_ten_thousand_missed_messages_come_in_pages(people):
    loop = asyncio.get_running_loop()

    def prepare():
        chat = chat_of(people.vera, people.ana)
        return chat, Poller(people.vera)

    chat, poller = await loop.run_in_executor(None, prepare)
    sends = (messages.message_to_send(people.ana, str(chat.id), f"{number}") for number in range(10_000))
    await asyncio.gather(*map(messages.send, sends))
    pages = await loop.run_in_executor(None, poller.poll)
    assert pages == 20
    assert len(poller.told) == len(poller.messages) == 10_000
    assert [facts.seq for facts in poller.messages.values()] == list(range(3, 10_003))


def test_who_polls_while_many_write_misses_and_doubles_nothing(people):
    customers = [visitor(people.widget, f"Guest{number}") for number in range(6)]
    ana, over = Poller(people.ana), threading.Event()
    chats = [chat_of(customer, people.ana) for customer in customers]

    def write(number: int) -> None:
        try:
            for turn in range(25):
                say(customers[number], chats[number], f"{number}.{turn}")
                if turn % 5 == 0:
                    read(people.ana, chats[number])
            close_conversation(customers[number], str(chats[number].id))
            with pytest.raises(ConversationClosed):
                say(customers[number], chats[number], "too late")
        finally:
            connections.close_all()

    def poll() -> None:
        try:
            while not over.is_set():
                ana.poll(limit=7)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        polling = threads.submit(poll)
        for written in [threads.submit(write, number) for number in range(6)]:
            written.result()
        over.set()
        polling.result()
    ana.poll()
    ana.check(*chats)
