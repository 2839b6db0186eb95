"""What may be said (SPEC §4), and up to where somebody has read."""

from functools import partial

import pytest

from chat.actions import messages
from chat.errors import InvalidInput, NotFound
from chat.events import QueueChanged, ReceiptChanged
from chat.message_writer.batch import commit
from chat.models import Participant
from chat.selectors import conversation_facts, message_facts
from tests.support.chats import chat_of, read, say, start
from tests.support.together import together

pytestmark = pytest.mark.database


def mark_of(person, chat) -> int:
    return Participant.objects.get(conversation=chat, user_id=person.user_id).read_seq


def is_read(chat) -> dict[str, bool]:
    return {
        facts.text: facts.is_read for facts in message_facts(chat, chat.messages.filter(sender__isnull=False))
    }


@pytest.mark.parametrize(
    ("text", "stored"),
    [("a", "a"), ("  a \n", "a"), ("x" * 10_000, "x" * 10_000), ("👩‍👩‍👧 ‮abc", "👩‍👩‍👧 ‮abc")],
)
def test_a_text_of_one_to_ten_thousand_characters_is_stored_as_it_is_but_for_the_space_around_it(
    people, text, stored
):
    created = say(people.vera, start(people.vera), text)
    assert created.message.text == stored


@pytest.mark.parametrize(
    ("text", "client_id", "field", "limit"),
    [
        ("", None, "text", "1 to 10,000"),
        (" \n\t ", None, "text", "1 to 10,000"),
        ("x" * 10_001, None, "text", "10,000"),
        ("a\0b", None, "text", "NUL"),
        ("a", "\0", "clientMessageId", "NUL"),
        ("a", "", "clientMessageId", "1 to 64"),
        ("a", "x" * 65, "clientMessageId", "1 to 64"),
    ],
)
def test_what_may_not_be_said_is_refused_naming_the_limit(people, text, client_id, field, limit):
    with pytest.raises(InvalidInput, match=limit) as refused:
        messages.message_to_send(people.vera, str(people.widget.id), text, client_id)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "conversation_id", ["", "1", "not-an-id", "\0", "é" * 32, "'; DROP TABLE chat_message; --"]
)
def test_what_cannot_be_an_id_is_nothing_that_exists(people, conversation_id):
    with pytest.raises(NotFound, match="no such conversation"):
        messages.message_to_send(people.vera, conversation_id, "hello")
    with pytest.raises(NotFound, match="no such conversation"):
        messages.read_mark(people.vera, conversation_id)


def test_the_queues_agents_are_shown_what_a_waiting_customer_writes_and_no_more_once_it_is_answered(
    people, told
):
    chat = start(people.vera)
    told.forget()
    say(people.vera, chat, "x" * 1_000)
    [preview] = told.of(QueueChanged)
    assert (preview.kind, preview.queue_id, preview.preview) == ("message", str(people.support.id), "x" * 140)
    assert preview.customer.id == str(people.vera.user_id)
    chat = chat_of(people.vera, people.ana)
    told.forget()
    say(people.vera, chat, "for Ana alone")
    assert told.of(QueueChanged) == []


def test_reading_moves_the_mark_and_tells_the_others_once(people, told):
    chat = chat_of(people.vera, people.ana)
    last = say(people.vera, chat, "hello").message
    told.forget()
    answer = read(people.ana, chat)
    assert told.events() == [answer.receipt]
    receipt = answer.receipt
    assert (receipt.seq, receipt.message_id, receipt.reader.id) == (3, last.id, str(people.ana.user_id))
    chat.refresh_from_db()
    assert receipt.version == chat.version == 6
    again = read(people.ana, chat)
    assert (again.seq, again.receipt) == (3, None)
    assert len(told.events()) == 1


def test_a_mark_never_goes_back(people, told):
    chat = chat_of(people.vera, people.ana)
    first, second = (say(people.vera, chat, text).message for text in ("first", "second"))
    assert read(people.ana, chat, first.id).seq == 3
    assert read(people.ana, chat, second.id).seq == 4
    told.forget()
    back = read(people.ana, chat, first.id)
    assert (back.seq, back.receipt) == (4, None)
    assert mark_of(people.ana, chat) == 4
    assert told.events() == []


def test_of_many_marks_at_once_the_highest_stands_and_receipts_only_rise(people, told):
    chat = chat_of(people.vera, people.ana)
    ids = [say(people.vera, chat, f"{number}").message.id for number in range(12)]
    told.forget()
    together([partial(read, people.ana, chat, message_id) for message_id in ids])
    assert mark_of(people.ana, chat) == 14
    seqs = [receipt.seq for receipt in sorted(told.of(ReceiptChanged), key=lambda event: event.version)]
    assert seqs == sorted(set(seqs))
    assert seqs[-1] == 14


def test_who_only_watches_leaves_no_mark_and_is_told_to_nobody(people, told):
    chat = chat_of(people.vera, people.ana)
    say(people.vera, chat, "hello")
    chat.refresh_from_db()
    told.forget()
    for watcher in (people.bo, people.sam, people.olga):
        assert read(watcher, chat).receipt is None
    assert told.events() == []
    assert Participant.objects.filter(conversation=chat).count() == 2
    version = chat.version
    chat.refresh_from_db()
    assert chat.version == version
    assert is_read(chat) == {"hello": False}


def test_strangers_and_messages_of_other_chats_mark_nothing(people):
    chat, other = chat_of(people.vera, people.ana), chat_of(people.walt, people.ana)
    message, foreign = say(people.vera, chat, "hello").message, say(people.walt, other, "hello").message
    for stranger in (people.walt, people.oskar, people.olaf):
        with pytest.raises(NotFound):
            read(stranger, chat, message.id)
    for wrong in (foreign.id, str(people.widget.id)):
        with pytest.raises(NotFound, match="no such message"):
            read(people.ana, chat, wrong)
    with pytest.raises(NotFound, match="no such message"):
        read(people.ana, chat, "not-an-id")
    assert mark_of(people.ana, chat) == 0


def test_a_message_is_read_when_the_other_side_has_read_it_and_not_when_its_own_has(people):
    chat = chat_of(people.vera, people.ana)
    say(people.vera, chat, "of Vera")
    say(people.ana, chat, "of Ana")
    read(people.vera, chat)
    assert is_read(chat) == {"of Vera": False, "of Ana": True}
    read(people.ana, chat)
    assert is_read(chat) == {"of Vera": True, "of Ana": True}


def test_unread_counts_what_others_have_said_since(people):
    chat = chat_of(people.vera, people.ana)
    for text in ("one", "two"):
        say(people.vera, chat, text)
    say(people.ana, chat, "three")
    chat.refresh_from_db()
    assert conversation_facts(chat).unread == {str(people.vera.user_id): 1, str(people.ana.user_id): 2}
    read(people.ana, chat)
    read(people.vera, chat)
    say(people.sam, chat, "from the admin, who is no participant")
    assert conversation_facts(chat).unread == {str(people.vera.user_id): 1, str(people.ana.user_id): 1}


def test_reading_everything_in_the_transaction_in_which_something_is_sent_reads_that_too(people):
    chat = chat_of(people.vera, people.ana)
    send = messages.message_to_send(people.ana, str(chat.id), "hello")
    sent, answer = commit([send, messages.read_mark(people.vera, str(chat.id))])
    assert (answer.seq, answer.receipt.message_id) == (3, sent.created.message.id)
    assert answer.receipt.version == sent.created.version + 1
    assert mark_of(people.vera, chat) == 3
