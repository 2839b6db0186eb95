"""Edit, delete, and notes that only agents see (SPEC §4, §6)."""

import pytest

from chat import selectors
from chat.actions import notes, resolving, revisions, routing
from chat.actions.conversations import close_conversation
from chat.errors import Conflict, ConversationClosed, Forbidden, InvalidInput, NotAssigned, NotFound
from chat.events import MessageRevised, NoteCreated, QueueChanged
from chat.models import MessageRevision, Note
from tests.support.chats import chat_of, read, say, start, texts

pytestmark = pytest.mark.database


@pytest.fixture
def chat(people, told):
    return chat_of(people.vera, people.ana)


def test_who_said_it_edits_it_and_the_old_text_stays_in_the_audit_trail(people, told, chat):
    message = say(people.vera, chat, "helo", "c-1").message
    facts = revisions.edit_message(people.vera, message.id, " hello ")
    assert (facts.seq, facts.text, facts.edited_at is not None) == (message.seq, "hello", True)
    assert texts(chat)[-1] == "hello"
    [kept] = MessageRevision.objects.all()
    assert (kept.kind, kept.text, kept.actor_id) == ("edited", "helo", people.vera.user_id)
    [event] = told.of(MessageRevised)
    assert (event.message.text, event.version) == ("hello", facts.version)
    revisions.edit_message(people.vera, message.id, "hello")
    assert MessageRevision.objects.count() == 1


def test_a_resend_of_what_was_edited_or_deleted_since_returns_it_as_it_is_now(people, chat):
    message = say(people.vera, chat, "helo", "c-1").message
    revisions.edit_message(people.vera, message.id, "hello")
    assert say(people.vera, chat, "helo", "c-1").message.text == "hello"
    revisions.delete_message(people.vera, message.id)
    again = say(people.vera, chat, "helo", "c-1").message
    assert (again.id, again.text, again.deleted_at is not None) == (message.id, "", True)
    assert len(texts(chat)) == 3


def test_a_deleted_message_keeps_its_place_and_says_nothing_more(people, told, chat):
    message = say(people.ana, chat, "my password is …").message
    after = say(people.vera, chat, "What?").message
    facts = revisions.delete_message(people.ana, message.id)
    assert (facts.text, facts.deleted_at is not None) == ("", True)
    assert [row.seq for row in chat.messages.all()] == [1, 2, message.seq, after.seq]
    assert MessageRevision.objects.get().text == "my password is …"
    with pytest.raises(Conflict, match="has been deleted"):
        revisions.edit_message(people.ana, message.id, "again")
    revisions.delete_message(people.ana, message.id)
    assert len(told.of(MessageRevised)) == 1
    assert selectors.last_texts([chat]) == {str(chat.id): "What?"}


def test_the_agents_of_the_queue_no_longer_see_what_a_waiting_customer_took_back(people, told):
    chat = start(people.walt)
    say(people.walt, chat, "Hello")
    message = say(people.walt, chat, "my password is …").message
    told.forget()
    revisions.delete_message(people.walt, message.id)
    [event] = told.of(QueueChanged)
    assert (event.kind, event.preview) == ("message", "Hello")


def test_an_admin_edits_and_deletes_what_anybody_said_even_after_the_end(people, chat):
    message = say(people.vera, chat, "rude").message
    close_conversation(people.ana, str(chat.id))
    revisions.edit_message(people.sam, message.id, "…")
    revisions.delete_message(people.sam, message.id)
    assert list(MessageRevision.objects.values_list("actor_id", flat=True)) == [people.sam.user_id] * 2


def test_who_did_not_say_it_cannot_change_it(people, chat):
    customers, agents = say(people.vera, chat, "mine").message, say(people.ana, chat, "yours").message
    system = chat.messages.get(seq=1)
    for person, message_id, error in (
        (people.ana, customers.id, Forbidden),
        (people.bo, customers.id, Forbidden),
        (people.vera, agents.id, Forbidden),
        (people.sam, str(system.id), Forbidden),
        (people.walt, customers.id, NotFound),
        (people.oskar, customers.id, NotFound),
        (people.vera, str(chat.id), NotFound),
        (people.vera, "nonsense", NotFound),
    ):
        for act in (revisions.delete_message, lambda *one: revisions.edit_message(*one, "changed")):
            with pytest.raises(error):
                act(person, message_id)
    assert texts(chat)[2:] == ["mine", "yours"]


def test_nobody_but_an_admin_changes_what_was_said_once_it_is_over_or_anothers(people, chat):
    mine, agents = say(people.vera, chat, "mine").message, say(people.ana, chat, "yours").message
    routing.reassign(people.sam, str(chat.id), str(people.bo.user_id))
    with pytest.raises(NotAssigned):
        revisions.edit_message(people.ana, agents.id, "late")
    close_conversation(people.bo, str(chat.id))
    with pytest.raises(ConversationClosed):
        revisions.delete_message(people.vera, mine.id)


def test_an_edit_is_held_to_the_limits_of_a_text(people, chat):
    message = say(people.vera, chat, "fine").message
    for text in ("", "  ", "x" * 10_001, "a\0b"):
        with pytest.raises(InvalidInput):
            revisions.edit_message(people.vera, message.id, text)
    assert texts(chat)[-1] == "fine"


def test_an_edit_moves_neither_read_marks_nor_who_has_read(people, chat):
    message = say(people.vera, chat, "helo").message
    read(people.ana, chat)
    assert revisions.edit_message(people.vera, message.id, "hello").is_read


def test_agents_write_notes_that_stand_between_messages_and_take_no_number(people, told, chat):
    say(people.vera, chat, "Hello")
    note = notes.add_note(people.bo, str(chat.id), " She is angry. ", "n-1")
    say(people.vera, chat, "Anybody?")
    assert (note.text, note.after_seq) == ("She is angry.", 3)
    assert [message.seq for message in chat.messages.all()] == [1, 2, 3, 4]
    [event] = told.of(NoteCreated)
    assert (event.note.text, event.note.author.first_name) == ("She is angry.", "Bo")


def test_a_note_sent_again_is_one_note_and_another_text_under_its_name_is_refused(people, told, chat):
    first, second = (notes.add_note(people.ana, str(chat.id), "Once", "n-1") for _ in range(2))
    assert (first.id, Note.objects.count(), len(told.of(NoteCreated))) == (second.id, 1, 1)
    with pytest.raises(Conflict, match="another note"):
        notes.add_note(people.ana, str(chat.id), "Twice", "n-1")
    notes.add_note(people.bo, str(chat.id), "Twice", "n-1")


def test_notes_may_be_written_about_any_chat_of_the_organization_but_not_by_customers(people, chat):
    waiting = start(people.walt)
    for person in (people.olga, people.sam):
        notes.add_note(person, str(waiting.id), "Known customer")
    resolving.resolve(people.ana, str(chat.id))
    close_conversation(people.ana, str(chat.id))
    notes.add_note(people.ana, str(chat.id), "Call her back")
    for person, error in ((people.vera, Forbidden), (people.oskar, NotFound)):
        with pytest.raises(error):
            notes.add_note(person, str(chat.id), "x")
    for text in ("", "x" * 10_001, "a\0b"):
        with pytest.raises(InvalidInput):
            notes.add_note(people.ana, str(chat.id), text)
