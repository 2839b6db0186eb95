"""The Engine.IO session: heartbeat, polling rules, upgrade and close."""

import json

import pytest

from chat.socketio.engine_handshake import TransportName
from chat.socketio.engine_session import EngineOptions, EngineSession, UpgradeState
from chat.socketio.errors import ConnectionEnded, DisconnectReason, ProtocolViolation

OPTIONS = EngineOptions(ping_interval_ms=25_000, ping_timeout_ms=20_000)


@pytest.fixture
def polling():
    return EngineSession("sid", TransportName.POLLING, OPTIONS, now=100.0)


@pytest.fixture
def websocket():
    return EngineSession("sid", TransportName.WEBSOCKET, OPTIONS, now=100.0)


def test_only_a_polling_session_offers_the_upgrade(polling, websocket):
    assert json.loads(polling.open_packet()[1:])["upgrades"] == ["websocket"]
    assert json.loads(websocket.open_packet()[1:])["upgrades"] == []


def test_a_ping_is_due_an_interval_after_the_opening(websocket):
    assert websocket.deadline == 125.0
    assert websocket.tick(124.9) is None
    assert websocket.tick(125.0) == "2"
    assert websocket.deadline == 145.0


def test_the_next_ping_is_due_an_interval_after_the_pong(websocket):
    websocket.tick(125.0)
    assert websocket.receive("3", 130.0) is None
    assert websocket.deadline == 155.0


def test_a_missing_pong_ends_the_session(websocket):
    websocket.tick(125.0)
    assert websocket.tick(144.9) is None
    with pytest.raises(ConnectionEnded) as ended:
        websocket.tick(145.0)
    assert ended.value.reason is DisconnectReason.PING_TIMEOUT


@pytest.mark.parametrize("packet", ["4hello", "6", b"x"])
def test_only_a_pong_answers_a_ping(websocket, packet):
    websocket.tick(125.0)
    websocket.receive(packet, 130.0)
    assert websocket.deadline == 145.0


def test_a_pong_that_nobody_asked_for_does_not_put_off_the_ping(websocket):
    assert websocket.receive("3", 110.0) is None
    assert websocket.deadline == 125.0


@pytest.mark.parametrize("ping", ["2", "2probe"])
def test_a_ping_from_the_client_is_a_violation(websocket, ping):
    with pytest.raises(ProtocolViolation):
        websocket.receive(ping, 101.0)


@pytest.mark.parametrize("packet", ["5", "6", "0"])
def test_packets_that_mean_nothing_here_are_ignored(websocket, packet):
    assert websocket.receive(packet, 101.0) is None


@pytest.mark.parametrize("packet", ["", "7", "abc", "b!!!"])
def test_a_malformed_packet_is_a_violation(websocket, packet):
    with pytest.raises(ProtocolViolation):
        websocket.receive(packet, 101.0)


def test_messages_are_handed_on(websocket):
    assert websocket.receive("4hello", 101.0) == "hello"
    assert websocket.receive("4", 101.0) == ""
    assert websocket.receive(b"\x01", 101.0) == b"\x01"
    assert websocket.receive("bAQ==", 101.0) == b"\x01"


def test_a_close_packet_ends_the_session(polling):
    with pytest.raises(ConnectionEnded) as ended:
        polling.receive("1", 101.0)
    assert ended.value.reason is DisconnectReason.TRANSPORT_CLOSE


def test_a_poll_takes_what_is_buffered_and_the_next_one_waits(polling):
    polling.enqueue("4a")
    polling.enqueue(b"\x01")
    assert polling.buffered_size > 3
    assert polling.begin_poll() == b"4a\x1ebAQ=="
    assert polling.buffered_size == 0
    assert polling.begin_poll() is None
    polling.enqueue("4b")
    assert polling.take_payload() == b"4b"


def test_a_released_poll_is_never_empty(polling):
    assert polling.begin_poll() is None
    assert polling.take_payload() == b"6"


def test_a_second_poll_is_a_violation_and_a_following_one_is_not(polling):
    polling.begin_poll()
    with pytest.raises(ProtocolViolation):
        polling.begin_poll()
    polling.take_payload()
    assert polling.begin_poll() is None


def test_a_second_push_is_a_violation_and_a_following_one_is_not(polling):
    polling.begin_push()
    with pytest.raises(ProtocolViolation):
        polling.begin_push()
    polling.end_push()
    polling.begin_push()


def test_an_upgrade_is_probed_and_then_done(polling):
    assert polling.begin_upgrade()
    assert polling.begin_poll() is None, "before the probe polls wait as ever"
    assert polling.receive_probe("2probe") == "3probe"
    assert polling.take_payload() == b"6"
    assert polling.begin_poll() == b"6", "after the probe no poll waits"
    assert polling.transport is TransportName.POLLING
    polling.enqueue("4late")
    assert polling.receive_probe("5") is None
    assert polling.transport is TransportName.WEBSOCKET
    assert polling.take_packets() == ["4late"]


@pytest.mark.parametrize("packet", ["5", "3probe", "2", "4hello", "", b"2probe"])
def test_an_upgrade_begins_with_the_probe(polling, packet):
    polling.begin_upgrade()
    with pytest.raises(ProtocolViolation):
        polling.receive_probe(packet)
    assert polling.transport is TransportName.POLLING


@pytest.mark.parametrize("packet", ["2probe", "4hello", "55", b"5"])
def test_after_the_probe_only_the_upgrade_packet_may_come(polling, packet):
    polling.begin_upgrade()
    polling.receive_probe("2probe")
    with pytest.raises(ProtocolViolation):
        polling.receive_probe(packet)


def test_an_abandoned_upgrade_leaves_polling_as_it_was(polling):
    polling.begin_upgrade()
    polling.receive_probe("2probe")
    polling.abandon_upgrade()
    assert polling.upgrade is UpgradeState.NONE
    assert polling.begin_poll() is None
    assert polling.begin_upgrade()


def test_there_is_no_second_upgrade(polling, websocket):
    assert polling.begin_upgrade()
    assert not polling.begin_upgrade(), "while another WebSocket tries"
    polling.receive_probe("2probe")
    polling.receive_probe("5")
    assert not polling.begin_upgrade(), "once upgraded"
    assert not websocket.begin_upgrade()
