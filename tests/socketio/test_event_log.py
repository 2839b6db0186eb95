"""What a client that comes back has missed: offsets, and how much of the past there is."""

import json

import pytest

from chat.socketio import event_log
from chat.socketio.event_log import EventLog, LogState


def offset_of(frame):
    return json.loads(frame[frame.index("[") :])[-1]


@pytest.fixture
def log():
    return EventLog("tag.")


def test_each_event_gets_an_offset_of_its_own_as_its_last_argument(log):
    first = log.add('2["a",1]', [], now=0)
    second = log.add('2/chat,["b"]', [], now=0)
    binary = log.add('51-["c",{"_placeholder":true,"num":0}]', [b"x"], now=0)
    assert first == '2["a",1,"tag.1"]'
    assert second == '2/chat,["b","tag.2"]'
    assert binary == '51-["c",{"_placeholder":true,"num":0},"tag.3"]'


def test_what_came_after_an_offset_is_told_in_order_with_its_attachments(log):
    frames = [log.add(f'2["n",{number}]', [], now=0) for number in range(3)]
    frames.append(log.add('51-["c",{"_placeholder":true,"num":0}]', [b"x"], now=0))
    assert log.after(offset_of(frames[1])) == [(frames[2], []), (frames[3], [b"x"])]
    assert log.after(offset_of(frames[3])) == []


@pytest.mark.parametrize(
    "offset", [None, 1, "", "tag.", "tag.3", "tag.-1", "tag.٣", "other.1", "tag.1x", "tag." + "9" * 5000]
)
def test_what_is_no_offset_of_this_log_recovers_nothing(log, offset):
    log.add('2["a"]', [], now=0)
    log.add('2["a"]', [], now=0)
    assert log.after(offset) is None


def test_too_many_events_are_forgotten(log):
    frames = [log.add("2[1]", [], now=0) for _ in range(event_log.MAX_EVENTS + 2)]
    assert log.after(offset_of(frames[0])) is None
    assert len(log.after(offset_of(frames[1]))) == event_log.MAX_EVENTS


def test_too_large_events_are_forgotten(log):
    first = log.add("2[1]", [], now=0)
    log.add("2[1]", [b"x" * event_log.MAX_SIZE], now=0)
    second = log.add("2[1]", [], now=0)
    assert log.after(offset_of(first)) is None
    assert log.after(offset_of(second)) == []


def test_old_events_are_forgotten_and_an_old_client_that_missed_nothing_is_not(log):
    first = log.add("2[1]", [], now=0)
    last = log.add("2[1]", [], now=1)
    assert log.after(offset_of(last)) == [], "an hour later"
    third = log.add("2[1]", [], now=3600)
    assert log.after(offset_of(first)) is None
    assert log.after(offset_of(last)) == [(third, [])]


def test_a_log_goes_on_elsewhere(log):
    frames = [log.add("2[1]", [], now=0) for _ in range(3)]
    there = EventLog.arrived(LogState(*log.leave()), now=900)
    assert there.after(offset_of(frames[0])) == log.after(offset_of(frames[0]))
    assert offset_of(there.add("2[1]", [], now=900)) == "tag.4"
