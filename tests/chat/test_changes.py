"""Delta sync: a client that applies what has changed has exactly what a new one is given (SPEC §4)."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.actions.conversations import close_conversation
from chat.actions.notes import add_note
from chat.actions.resolving import resolve
from chat.actions.revisions import delete_message, edit_message
from chat.actions.routing import claim, reassign
from chat.errors import HelpdeskError, NotFound
from chat.events import ConversationChanged, MessageCreated, MessageRevised, NoteCreated, ReceiptChanged
from chat.fanout.changes import changes_since, conversations_ahead_of
from chat.models import Conversation, Message, Participant
from chat.selectors import conversation_facts
from chat.sync import snapshot
from tests.support.chats import chat_of, read, say, start
from tests.support.people import visitor

pytestmark = pytest.mark.database


@dataclass
class Client:
    """What somebody knows of a chat who heard the events."""

    messages: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    read_up_to: dict[str, int] = field(default_factory=dict)
    status: str = ""
    agent: str | None = None
    close_reason: str = ""
    notes: list[str] = field(default_factory=list)

    def apply(self, event) -> None:
        match event:
            case MessageCreated() | MessageRevised():
                message = event.message
                known = message.seq in self.messages
                assert known == isinstance(event, MessageRevised), "new is new, and what is revised is known"
                assert known or message.seq == len(self.messages) + 1, "in their order, without a gap"
                self.messages[message.seq] = (message.text, message.sender.name if message.sender else None)
            case NoteCreated():
                self.notes.append(event.note.text)
            case ReceiptChanged():
                self.read_up_to[event.reader.name] = event.seq
            case ConversationChanged():
                facts = event.conversation
                self.status, self.close_reason = facts.status, facts.close_reason
                self.agent = facts.agent.name if facts.agent else None


def as_it_is(chat) -> Client:
    """What a client knows that has just read everything, straight from the tables."""
    chat.refresh_from_db()
    client = Client(status=chat.status, close_reason=chat.close_reason)
    client.agent = chat.agent.name if chat.agent else None
    for message in Message.objects.filter(conversation=chat).select_related("sender"):
        client.messages[message.seq] = (message.text, message.sender.name if message.sender else None)
    for mark in Participant.objects.filter(conversation=chat, read_seq__gt=0).select_related("user"):
        client.read_up_to[mark.user.name] = mark.read_seq
    client.notes = list(chat.notes.order_by("version").values_list("text", flat=True))
    return client


def recount(chat) -> dict[str, int]:
    """The unread counts, by walking through every message."""
    messages = list(chat.messages.all())
    return {
        str(mark.user_id): sum(
            message.seq > mark.read_seq and message.sender_id not in (None, mark.user_id)
            for message in messages
        )
        for mark in Participant.objects.filter(conversation=chat)
    }


def last_of(person, chat) -> str:
    """The id of the last message somebody sent; not an id where there is none."""
    return str(
        chat.messages.filter(sender_id=person.user_id).order_by("-seq").values_list("id", flat=True).first()
    )


STEPS = {
    "Vera writes": lambda vera, people, chat: say(vera, chat, "from the customer"),
    "Ana writes": lambda vera, people, chat: say(people.ana, chat, "from the agent"),
    "Sam writes": lambda vera, people, chat: say(people.sam, chat, "from the admin"),
    "Vera reads": lambda vera, people, chat: read(vera, chat),
    "Ana reads": lambda vera, people, chat: read(people.ana, chat),
    "Bo watches": lambda vera, people, chat: read(people.bo, chat),
    "Ana claims": lambda vera, people, chat: claim(people.ana, str(chat.id)),
    "Bo claims": lambda vera, people, chat: claim(people.bo, str(chat.id)),
    "Vera edits her last": lambda vera, people, chat: edit_message(vera, last_of(vera, chat), "edited"),
    "Ana deletes her last": lambda vera, people, chat: delete_message(people.ana, last_of(people.ana, chat)),
    "Bo notes": lambda vera, people, chat: add_note(people.bo, str(chat.id), "between us"),
    "Ana resolves": lambda vera, people, chat: resolve(people.ana, str(chat.id)),
    "Sam gives it to Bo": lambda vera, people, chat: reassign(
        people.sam, str(chat.id), str(people.bo.user_id)
    ),
    "Ana closes": lambda vera, people, chat: close_conversation(people.ana, str(chat.id), "done"),
}

MOSTLY = [name for name in STEPS if name != "Ana closes"]
HISTORIES = st.lists(st.sampled_from(MOSTLY * 2 + ["Ana closes"]), min_size=1, max_size=18)
RANDOM = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RANDOM
@given(HISTORIES)
def test_after_any_history_what_changed_since_any_version_makes_an_old_client_as_new(people, told, history):
    vera = visitor(people.widget, "Vera")
    chat = start(vera)
    known = [(0, Client())]
    for step in history:
        with suppress(HelpdeskError):
            STEPS[step](vera, people, chat)
        client = as_it_is(chat)
        assert conversation_facts(chat).unread == recount(chat)
        known.append((chat.version, client))
    for version, client in known:
        changes, complete_up_to = changes_since(str(chat.id), version)
        assert complete_up_to == chat.version
        assert all(version < change.version <= chat.version for change in changes)
        for change in sorted(changes, key=lambda change: change.version):
            client.apply(change)
        assert client == as_it_is(chat)


@RANDOM
@given(HISTORIES)
def test_after_any_history_what_was_told_live_makes_a_client_as_new(people, told, history):
    vera = visitor(people.widget, "Vera")
    told.forget()
    chat = start(vera)
    for step in history:
        with suppress(HelpdeskError):
            STEPS[step](vera, people, chat)
    client = Client()
    durable = [event for event in told.events() if hasattr(event, "version")]
    for event in durable:
        client.apply(event)
    assert client == as_it_is(chat)
    assert [event.version for event in durable] == list(range(1, chat.version + 1))


def test_nothing_has_changed_since_the_latest_version_and_nothing_is_known_of_what_does_not_exist(people):
    chat = chat_of(people.vera, people.ana)
    assert changes_since(str(chat.id), chat.version) == ([], chat.version)
    assert changes_since(str(people.widget.id), 7) == ([], 7)


def test_those_conversations_are_named_of_which_the_database_has_more(people):
    ahead, level = chat_of(people.vera, people.ana), chat_of(people.walt, people.ana)
    known = {str(ahead.id): ahead.version, str(level.id): level.version, str(people.widget.id): 0}
    assert conversations_ahead_of(known) == []
    say(people.vera, ahead, "hello")
    assert conversations_ahead_of(known) == [str(ahead.id)]
    assert conversations_ahead_of({}) == []


def test_what_was_edited_since_comes_in_its_old_place_as_it_is_now(people):
    chat = chat_of(people.vera, people.ana)
    start = chat.version
    first, second = (say(people.vera, chat, text).message for text in ("helo", "world"))
    edit_message(people.vera, first.id, "hello")
    client = Client(messages={1: ("", None), 2: ("", None)})
    changes, _ = changes_since(str(chat.id), start)
    for change in sorted(changes, key=lambda change: change.version):
        client.apply(change)
    assert client.messages[first.seq] == ("hello", "Vera")
    assert client.messages[second.seq] == ("world", "Vera")


def test_a_change_of_state_alone_is_found_although_no_row_beside_it_changed(people):
    chat = chat_of(people.vera, people.ana)
    Conversation.objects.filter(id=chat.id).update(version=chat.version + 1, state_version=chat.version + 1)
    [change], version = changes_since(str(chat.id), chat.version)
    assert isinstance(change, ConversationChanged)
    assert change.version == version == chat.version + 1


def test_a_snapshot_holds_the_last_fifty_messages_in_their_order(people):
    chat = chat_of(people.vera, people.ana)
    for number in range(55):
        say(people.vera, chat, f"{number}")
    found = snapshot(people.vera, str(chat.id))
    assert [message.seq for message in found.messages] == list(range(8, 58))
    assert (found.conversation.last_seq, found.conversation.version) == (57, 59)


@pytest.mark.parametrize(
    ("last_seq", "expected"), [(0, [1, 2, 3, 4]), (2, [3, 4]), (4, []), (99, []), (10**30, [])]
)
def test_who_names_the_last_number_it_has_gets_exactly_what_it_misses(people, last_seq, expected):
    chat = chat_of(people.vera, people.ana)
    for text in ("three", "four"):
        say(people.vera, chat, text)
    found = snapshot(people.ana, str(chat.id), last_seq)
    assert [message.seq for message in found.messages] == expected


def test_a_snapshot_is_given_to_those_who_may_read_and_to_no_others(people):
    chat = start(people.vera)
    for reader in (people.vera, people.ana, people.olga, people.sam):
        assert snapshot(reader, str(chat.id)).conversation.id == str(chat.id)
    for stranger in (people.walt, people.oskar, people.olaf):
        with pytest.raises(NotFound):
            snapshot(stranger, str(chat.id))
