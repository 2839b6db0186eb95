"""What a process hears of the answers that the assistant gives, and when they are over for its sockets."""

from datetime import UTC, datetime

from chat.events import (
    ConversationChanged,
    ConversationFacts,
    MessageCreated,
    MessageFacts,
    Person,
    StreamChunk,
    StreamEnded,
    StreamMissed,
    StreamTool,
)
from chat.fanout.streams import Streams

CHAT, ANSWER = "chat", "answer"
ADA = Person(id="ada", role="assistant", email="", first_name="Ada", last_name="")
ANA = Person(id="ana", role="agent", email="ana@example.com", first_name="Ana", last_name="")
VERA = Person(id="vera", role="customer", email="", first_name="Vera", last_name="")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Process:
    """One process: what its sockets hear, and what it publishes."""

    def __init__(self):
        self.published = []
        self.streams = Streams(self.published.append)
        self.cuts = 0

    def hears(self, *events):
        return [told for event in events for told in self.streams.pass_on(event)]

    def begins(self, since=5):
        self.streams.begin_own(CHAT, ANSWER, since, self.cut)

    def cut(self):
        self.cuts += 1


def chunk(offset, text, since=5, stream=ANSWER):
    return StreamChunk(CHAT, stream, since, offset, text)


def changed(version, agent=ANA, status="open"):
    facts = ConversationFacts(
        id=CHAT, organization_id="o", status=status, customer=VERA, agent=agent, queue=None, last_seq=1,
        version=version, unread={}, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return ConversationChanged(CHAT, version, facts)


def said(text="Hello there", sender=ADA):
    message = MessageFacts("m", CHAT, 2, 7, "text", text, sender, None, NOW)
    return MessageCreated(CHAT, 7, message, ())


def test_words_are_passed_on_as_they_come_and_once():
    process = Process()
    assert process.hears(chunk(0, "Hel"), chunk(0, "Hel"), chunk(3, "lo"), chunk(1, "ello")) == [
        chunk(0, "Hel"),
        chunk(3, "lo"),
    ]


def test_who_lost_a_part_asks_the_process_that_gives_the_answer_for_the_whole():
    here, there = Process(), Process()
    there.begins()
    there.hears(chunk(0, "Hel"), chunk(3, "lo"), chunk(5, " there"))
    assert here.hears(chunk(0, "Hel"), chunk(5, " there")) == [chunk(0, "Hel")]
    assert here.published == [StreamMissed(CHAT, ANSWER)]
    there.hears(*here.published)
    assert there.published == [chunk(0, "Hello there")]
    assert here.hears(*there.published) == [chunk(3, "lo there")]


def test_only_the_process_that_gives_an_answer_says_it_again():
    bystander = Process()
    bystander.hears(chunk(0, "Hello"), StreamMissed(CHAT, ANSWER))
    assert bystander.published == []


def test_who_comes_later_is_told_everything_so_far():
    process = Process()
    process.hears(chunk(0, "Hel"), chunk(3, "lo"))
    assert process.streams.so_far(CHAT) == chunk(0, "Hello")
    assert process.streams.so_far("another") is None


def test_an_answer_is_over_before_sockets_hear_that_somebody_has_taken_the_chat():
    process = Process()
    process.begins()
    process.hears(chunk(0, "Hello"))
    taken = changed(6)
    assert process.hears(taken) == [StreamEnded(CHAT, ANSWER, None, "cut"), taken]
    assert process.cuts == 1
    assert process.hears(chunk(5, " there"), StreamTool(CHAT, ANSWER, 5, "search", {})) == []
    assert process.hears(StreamEnded(CHAT, ANSWER, None, "cut")) == []
    assert process.streams.so_far(CHAT) is None


def test_words_that_come_after_the_take_over_are_not_heard_though_they_are_the_first_ones():
    process = Process()
    process.hears(changed(6))
    assert process.hears(chunk(0, "Hello")) == []


def test_a_snapshot_also_says_that_somebody_has_taken_the_chat():
    process = Process()
    process.hears(chunk(0, "Hello"))
    process.streams.note_taken(CHAT, 6)
    assert process.hears(chunk(5, " there")) == []


def test_a_chat_that_is_given_back_is_answered_again():
    process = Process()
    process.hears(chunk(0, "Hello"), changed(6), changed(8, agent=None))
    process.streams.begin_own(CHAT, "another", 9, process.cut)
    assert process.hears(chunk(0, "Again", 9, "another")) == [chunk(0, "Again", 9, "another")]
    process.streams.note_taken(CHAT, 7)  # somebody joins with a snapshot from before
    assert process.cuts == 0
    assert process.hears(chunk(5, "!", 9, "another")) == [chunk(5, "!", 9, "another")]


def test_an_answer_ends_once_and_its_message_ends_it_where_the_end_was_lost():
    process = Process()
    ended = StreamEnded(CHAT, ANSWER, "m", "complete")
    assert process.hears(chunk(0, "Hello there"), said()) == [chunk(0, "Hello there"), ended, said()]
    assert process.hears(ended) == []
    assert process.hears(said("I wrote this", VERA)) == [said("I wrote this", VERA)]


def test_an_answer_without_an_end_is_forgotten():
    process = Process()
    process.hears(chunk(0, "Hello"))
    for stream in process.streams._streams.values():
        stream.heard_at -= 1000
    process.hears(StreamChunk("another", "b", 5, 0, "Hi"))
    assert process.streams.so_far(CHAT) is None
