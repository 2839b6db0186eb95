"""The proof finds every way in which a copy of a conversation can be wrong."""

from dataclasses import replace

import pytest

from bench.replay.dialogues import Turn
from bench.replay.proof import Line, differences

TURNS = (Turn("customer", "A room, please."), Turn("agent", "For when?"), Turn("customer", "Tonight."))
LINES = [
    Line(1, "a", "system", "Chat started"),
    Line(2, "b", "customer", "A room, please."),
    Line(3, "c", "agent", "For when?"),
    Line(4, "d", "customer", "Tonight."),
]
NAMES = ("the database", "the REST history", "the customer's transcript", "the agent's transcript")


def copies(**changed):
    """Four copies of the conversation, some of them `changed`, by the last word of their names."""
    return {name: changed.get(name.split()[-1], LINES) for name in NAMES}


def everywhere(lines):
    return dict.fromkeys(NAMES, lines)


def test_equal_copies_of_what_was_said_are_proved():
    assert differences(TURNS, copies()) == []


def test_a_lost_message_is_named():
    assert differences(TURNS, copies(history=[*LINES[:2], LINES[3]])) == ["the REST history lacks seq 3"]


def test_a_message_lost_at_the_end_is_named():
    assert differences(TURNS, copies(database=LINES[:3])) == ["the database lacks seq 4"]


def test_a_doubled_message_is_named():
    lines = [*LINES[:3], LINES[2], LINES[3]]
    found = differences(TURNS, {**copies(), "the agent's transcript": lines})
    assert found == ["the agent's transcript has seq 3 2 times"]


def test_swapped_messages_are_named():
    lines = [LINES[0], LINES[2], LINES[1], LINES[3]]
    found = differences(TURNS, {**copies(), "the customer's transcript": lines})
    assert found == ["the customer's transcript has seq 2 after seq 3"]


def test_a_message_stored_twice_under_two_numbers_is_named():
    doubled = [*LINES, Line(5, "e", "customer", "Tonight.")]
    assert differences(TURNS, everywhere(doubled)) == [
        f"{name} has 4 messages of people for 3 turns" for name in NAMES
    ]


def test_a_turn_that_nobody_stored_is_named():
    assert differences(TURNS, everywhere(LINES[:3])) == [
        f"{name} has only 2 messages of people for 3 turns" for name in NAMES
    ]


def test_a_number_that_all_skip_is_named():
    skipped = [*LINES[:3], replace(LINES[3], seq=5)]
    assert differences(TURNS, everywhere(skipped)) == [f"{name} lacks seq 4" for name in NAMES]


def test_another_text_is_named():
    (found,) = differences(TURNS, copies(history=[*LINES[:3], replace(LINES[3], text="Tomorrow.")]))
    assert found == (
        "the REST history has for turn 3 at seq 4 customer: 'Tomorrow.' instead of customer: 'Tonight.'"
    )


@pytest.mark.parametrize("change", [{"id": "z"}, {"text": "Chat ended"}])
def test_a_copy_that_says_another_thing_in_a_message_of_the_system_is_named(change):
    other = replace(LINES[0], **change)
    (found,) = differences(TURNS, copies(history=[other, *LINES[1:]]))
    assert found == f"the REST history has {other}, but the database has {LINES[0]}"


def test_a_conversation_that_is_nowhere_is_named():
    assert differences(TURNS, everywhere([])) == [
        f"{name} has only 0 messages of people for 3 turns" for name in NAMES
    ]
