"""The writer: numbers without gaps, resends, refusals, and a database that fails (SPEC §4)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.actions import conversations
from chat.errors import Conflict, ConversationClosed, InvalidInput, NotAssigned, NotFound, Unavailable
from chat.events import MessageCreated
from chat.message_writer import MarkRead, MessageWriter, SendMessage, batch, writer
from chat.message_writer.batch import commit
from chat.models import Conversation, Media, Message, Participant
from tests.support.chats import chat_of, say, start, texts
from tests.support.database_trouble import be_impatient, fail_who_waits, locked
from tests.support.people import visitor
from tests.support.together import PATIENCE_SECONDS, together

pytestmark = pytest.mark.database


def request(sender, conversation, text="hello", client_id=None):
    return SendMessage(sender, conversation.id, text, client_id)


def person_messages(conversation):
    return conversation.messages.filter(sender__isnull=False)


def test_a_message_is_stored_with_the_next_number_and_told_once(people, told):
    chat = chat_of(people.vera, people.ana)
    told.forget()
    created = say(people.vera, chat, "hello", "id-1")
    stored = Message.objects.get(id=created.message.id)
    assert (stored.seq, stored.text, stored.sender_id, stored.type) == (
        3,
        "hello",
        people.vera.user_id,
        "text",
    )
    assert (stored.client_message_id, stored.version) == ("id-1", created.version)
    assert told.events() == [created]
    assert created.notify == (str(people.ana.user_id),)
    chat.refresh_from_db()
    assert (chat.last_seq, chat.version, chat.last_activity_at) == (3, stored.version, stored.created_at)


def test_twenty_senders_in_five_chats_and_two_processes_number_without_gaps_in_each_ones_order(people):
    customers = [visitor(people.widget, f"Guest {number}") for number in range(5)]
    chats = [chat_of(customer, people.ana) for customer in customers]
    writers = [writer, MessageWriter()]

    def talk(number):
        customer, chat = customers[number % 5], chats[number % 5]
        sender = (customer, people.ana, people.sam, customer)[number // 5]
        for count in range(8):
            writers[number % 2].submit_and_wait(request(sender, chat, f"{number} {count}"))

    assert together([partial(talk, number) for number in range(20)]) == [None] * 20
    for chat in chats:
        chat.refresh_from_db()
        stored = list(chat.messages.order_by("seq").values_list("seq", "version", "text"))
        assert [seq for seq, _, _ in stored] == list(range(1, chat.last_seq + 1))
        assert len(stored) == 2 + 4 * 8
        versions = [version for _, version, _ in stored]
        assert versions == sorted(set(versions))
        assert versions[-1] == chat.version
    for number in range(20):
        said = [text for text in texts(chats[number % 5]) if text.startswith(f"{number} ")]
        assert said == [f"{number} {count}" for count in range(8)]


def test_a_resend_returns_the_first_message_and_is_told_to_nobody(people, told):
    chat = start(people.vera)
    first = say(people.vera, chat, "hello", "id-1")
    told.forget()
    again = say(people.vera, chat, "hello", "id-1")
    assert again.message == first.message
    assert told.events() == []
    assert person_messages(chat).count() == 1


def test_a_client_message_id_of_another_text_is_a_conflict_and_stores_nothing(people):
    chat = start(people.vera)
    say(people.vera, chat, "hello", "id-1")
    with pytest.raises(Conflict, match="clientMessageId"):
        say(people.vera, chat, "something else", "id-1")
    assert texts(chat) == ["Chat started", "hello"]


def test_a_client_message_id_belongs_to_its_sender_and_its_conversation(people):
    chat, other = chat_of(people.vera, people.ana), chat_of(people.walt, people.ana)
    ids = {
        say(people.vera, chat, "hello", "id-1").message.id,
        say(people.ana, chat, "hello", "id-1").message.id,
        say(people.ana, other, "hello", "id-1").message.id,
        say(people.vera, chat, "hello").message.id,
        say(people.vera, chat, "hello").message.id,
    }
    assert len(ids) == 5


def test_a_resend_in_the_same_transaction_returns_the_first_message(people):
    chat = start(people.vera)
    first, again, conflict, other = commit(
        [
            request(people.vera, chat, "hello", "id-1"),
            request(people.vera, chat, "hello", "id-1"),
            request(people.vera, chat, "another text", "id-1"),
            request(people.vera, chat, "hello", "id-2"),
        ]
    )
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert again.created.message == first.created.message
    assert isinstance(conflict, Conflict)
    assert texts(chat) == ["Chat started", "hello", "hello"]


def test_one_message_sent_by_many_at_once_in_two_processes_is_stored_once(people):
    chat = start(people.vera)
    writers = [writer, MessageWriter()]
    again = request(people.vera, chat, "hello", "id-1")
    sent = together([partial(writers[number % 2].submit_and_wait, again) for number in range(20)])
    assert sorted(answer.is_new for answer in sent) == [False] * 19 + [True]
    assert len({answer.created.message.id for answer in sent}) == 1
    assert person_messages(chat).count() == 1


def test_who_came_during_a_transaction_and_who_was_in_it_share_the_next_one(people, monkeypatch):
    customers = [visitor(people.widget, f"Guest {number}") for number in range(8)]
    chats = [start(customer) for customer in customers]
    own, sizes = MessageWriter(), []

    def commit_and_count(requests):
        sizes.append(len(requests))
        return commit(requests)

    def talk(customer, chat):
        for number in range(6):
            own.submit_and_wait(request(customer, chat, f"{number}"))

    monkeypatch.setattr(batch, "commit", commit_and_count)
    # So that a busy machine changes nothing.
    monkeypatch.setattr(import_module("chat.message_writer.writer"), "PATIENCE", 20)
    together([partial(talk, *pair) for pair in zip(customers, chats, strict=True)])
    assert sum(sizes) == 8 * 6
    assert len(sizes) <= 6 + 2, sizes  # those of the first and the last moment may be on their own


async def test_what_the_database_cannot_store_fails_alone(people):
    chat = await asyncio.to_thread(start, people.vera)
    requests = [request(people.vera, chat, f"{number}") for number in range(40)]
    requests[20] = request(people.vera, chat, "half a character: \ud800")
    async with asyncio.timeout(PATIENCE_SECONDS):
        answers = await asyncio.gather(*map(writer.submit, requests), return_exceptions=True)
    assert isinstance(answers.pop(20), InvalidInput)
    assert [answer.created.message.text for answer in answers] == [f"{n}" for n in range(40) if n != 20]
    assert [answer.created.message.seq for answer in answers] == list(range(2, 41))


def test_who_may_not_write_is_refused_beside_those_who_may(people):
    chat, other = chat_of(people.vera, people.ana), chat_of(people.walt, people.bo)
    answers = commit(
        [
            request(people.vera, chat, "the customer"),
            request(people.ana, chat, "the agent"),
            request(people.sam, chat, "the admin"),
            request(people.walt, chat, "another customer"),
            request(people.bo, chat, "an agent of the team"),
            request(people.olga, chat, "an agent of another team"),
            request(people.oskar, chat, "another organization's admin"),
            request(people.olaf, chat, "another organization's customer"),
            SendMessage(people.vera, people.widget.id, "a conversation that does not exist"),
            request(people.bo, other, "the other chat's agent"),
        ]
    )
    refusals = [type(answer) for answer in answers[3:9]]
    assert refusals == [NotFound, NotAssigned, NotAssigned, NotFound, NotFound, NotFound]
    assert texts(chat)[2:] == ["the customer", "the agent", "the admin"]
    assert texts(other)[2:] == ["the other chat's agent"]


def test_an_agent_takes_a_waiting_chat_before_it_writes(people):
    chat = start(people.vera)
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "hello")
    assert texts(chat) == ["Chat started"]


def test_a_former_owner_is_refused_and_the_new_one_is_not(people):
    chat = chat_of(people.vera, people.ana)
    say(people.ana, chat, "mine")
    Conversation.objects.filter(id=chat.id).update(agent_id=people.bo.user_id)
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "late")
    say(people.bo, chat, "now mine")
    assert texts(chat)[2:] == ["mine", "now mine"]


def test_a_closed_conversation_takes_nothing_new_and_answers_the_resend_of_what_it_has(people):
    chat = chat_of(people.vera, people.ana)
    first = say(people.vera, chat, "hello", "id-1")
    of_agent = say(people.ana, chat, "hello", "id-1")
    conversations.close_conversation(people.ana, str(chat.id))
    for sender in (people.vera, people.ana, people.sam):
        with pytest.raises(ConversationClosed, match="closed"):
            say(sender, chat, "too late", "id-2")
    assert say(people.vera, chat, "hello", "id-1").message == first.message
    assert say(people.ana, chat, "hello", "id-1").message == of_agent.message
    assert texts(chat)[-1] == "Ana closed the chat"


def test_a_former_owners_resend_of_what_was_acknowledged_is_answered(people):
    chat = chat_of(people.vera, people.ana)
    first = say(people.ana, chat, "hello", "id-1")
    Conversation.objects.filter(id=chat.id).update(agent_id=people.bo.user_id)
    assert say(people.ana, chat, "hello", "id-1").message == first.message


def test_a_message_and_a_close_at_the_same_moment_leave_nothing_after_the_end(people):
    for number in range(6):
        customer = visitor(people.widget, f"Guest {number}")
        chat = chat_of(customer, people.ana)
        *sent, closed = together(
            [partial(say, customer, chat, f"{count}") for count in range(3)]
            + [partial(conversations.close_conversation, people.ana, str(chat.id))]
        )
        assert closed.status == "closed"
        assert all(isinstance(answer, MessageCreated | ConversationClosed) for answer in sent)
        stored = sum(isinstance(answer, MessageCreated) for answer in sent)
        assert person_messages(chat).count() == stored
        assert texts(chat)[-1] == "Ana closed the chat"


def test_a_database_that_fails_is_told_as_unavailable_and_afterwards_everything_works_again(
    people, monkeypatch
):
    chat = start(people.vera)
    be_impatient(monkeypatch)
    own = MessageWriter()
    message = request(people.vera, chat, "hello", "id-1")
    with ThreadPoolExecutor(1) as executor:
        with locked(chat):
            sent = executor.submit(own.submit_and_wait, message)
            fail_who_waits(times=2)
            with pytest.raises(Unavailable, match="try again"):
                sent.result(10)
        assert texts(chat) == ["Chat started"]
        assert own.submit_and_wait(message).is_new
    assert texts(chat) == ["Chat started", "hello"]


def test_a_connection_that_breaks_once_costs_nobody_a_message(people):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no connection that breaks.")
    chat = start(people.vera)
    with ThreadPoolExecutor(1) as executor:
        with locked(chat):
            sent = executor.submit(say, people.vera, chat, "hello")
            fail_who_waits(times=1)
        assert sent.result(10).message.text == "hello"
    assert texts(chat) == ["Chat started", "hello"]


def test_a_batch_writes_all_read_marks_at_once_and_all_sent_files_at_once(people):
    chats = [chat_of(visitor(people.widget, f"Guest {number}"), people.ana) for number in range(3)]
    files = [
        Media.objects.create(
            organization_id=people.ana.organization_id,
            uploader_id=people.ana.user_id,
            type="image",
            format="image/png",
            name="jug.png",
            size=1,
            file=f"{number}",
            created_at=timezone.now(),
        )
        for number in range(3)
    ]
    sends = [
        SendMessage(people.ana, chat.id, "", media_id=file.id)
        for chat, file in zip(chats, files, strict=True)
    ]
    with CaptureQueriesContext(connection) as queries:
        answers = commit([*sends, *[MarkRead(people.ana, chat.id) for chat in chats]])

    assert [type(answer).__name__ for answer in answers] == ["Sent"] * 3 + ["Read"] * 3
    updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    for model in (Participant, Media):
        assert sum(model._meta.db_table in update for update in updates) == 1, updates
    for chat, file in zip(chats, files, strict=True):
        mark = chat.participants.get(user_id=people.ana.user_id)
        chat.refresh_from_db()
        file.refresh_from_db()
        assert (mark.read_seq, mark.version, file.conversation_id) == (chat.last_seq, chat.version, chat.id)
        assert mark.read_at is not None
