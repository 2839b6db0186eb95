"""The Socket.IO connection: namespaces, attachments, deadlines and violations."""

import pytest

from chat.socketio.connection import (
    AckReceived,
    Connection,
    ConnectRequested,
    EventReceived,
    LeftNamespace,
    MembershipState,
)
from chat.socketio.errors import ConnectionEnded, DisconnectReason, ProtocolViolation

NOW = 100.0


@pytest.fixture
def connection():
    return Connection(NOW, connect_timeout_seconds=45)


def join(connection, namespace=""):
    membership = connection.receive(f"0{namespace}", NOW).membership
    assert connection.accept(membership, "sid")
    return membership


def test_a_client_asks_and_is_let_in(connection):
    request = connection.receive('0/chat,{"token":"x"}', NOW)
    assert request == ConnectRequested(request.membership, {"token": "x"})
    assert connection.accept(request.membership, "abc") == '0/chat,{"sid":"abc"}'
    assert request.membership.state is MembershipState.CONNECTED


def test_a_connect_without_payload_has_empty_auth(connection):
    assert connection.receive("0", NOW).auth == {}


def test_a_refused_client_is_told_and_may_ask_again(connection):
    request = connection.receive("0/x", NOW)
    assert (
        connection.refuse(request.membership, "no", {"code": 1}) == '4/x,{"message":"no","data":{"code":1}}'
    )
    assert isinstance(connection.receive("0/x", NOW), ConnectRequested)


def test_events_and_acks_are_told_apart_by_namespace(connection):
    root, chat = join(connection), join(connection, "/chat")
    assert connection.receive('2["a",1]', NOW) == EventReceived(root, "a", [1], None)
    assert connection.receive('2/chat,0["a"]', NOW) == EventReceived(chat, "a", [], 0)
    assert connection.receive("3/chat,7[1]", NOW) == AckReceived(chat, 7, [1])


def test_an_event_named_by_a_number_is_named_by_its_digits(connection):
    root = join(connection)
    assert connection.receive("2[1,2]", NOW) == EventReceived(root, "1", [2], None)


def test_events_may_follow_a_connect_before_its_answer(connection):
    membership = connection.receive("0", NOW).membership
    assert connection.receive('2["a"]', NOW) == EventReceived(membership, "a", [], None)


def test_a_client_leaves_one_namespace_and_stays_in_the_other(connection):
    root, chat = join(connection), join(connection, "/chat")
    assert connection.receive("1/chat,", NOW) == LeftNamespace(chat)
    assert chat.state is MembershipState.LEFT
    assert connection.receive('2["a"]', NOW).membership is root
    with pytest.raises(ProtocolViolation):
        connection.receive('2/chat,["a"]', NOW)


def test_joining_again_is_another_membership_that_old_answers_do_not_touch(connection):
    first = connection.receive("0", NOW).membership
    connection.receive("1", NOW)
    second = connection.receive("0", NOW).membership
    assert connection.accept(first, "late") is None
    assert connection.refuse(first, "late") is None
    assert second.state is MembershipState.CONNECTING
    assert connection.memberships == [second]


def test_what_a_client_sent_before_it_learned_of_its_kick_is_ignored(connection):
    root = join(connection)
    assert connection.kick(root) == "1"
    assert connection.kick(root) is None
    assert connection.receive('2["a"]', NOW) is None
    assert connection.receive("1", NOW) is None


def test_a_kicked_client_may_join_again(connection):
    connection.kick(join(connection))
    assert connection.receive("0", NOW).membership.state is MembershipState.CONNECTING


def test_attachments_complete_an_event(connection):
    root = join(connection)
    wire = '52-1["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]'
    assert connection.receive(wire, NOW) is None
    assert connection.receive(b"first", NOW) is None
    assert connection.receive(b"second", NOW) == EventReceived(root, "a", [b"second", b"first"], 1)


def test_attachments_complete_an_ack(connection):
    root = join(connection)
    connection.receive('61-1[{"_placeholder":true,"num":0}]', NOW)
    assert connection.receive(b"x", NOW) == AckReceived(root, 1, [b"x"])


@pytest.mark.parametrize(
    ("reason", "messages"),
    [
        (DisconnectReason.PARSE_ERROR, [""]),
        (DisconnectReason.PARSE_ERROR, ["9"]),
        (DisconnectReason.PARSE_ERROR, [b"unannounced"]),
        (DisconnectReason.PARSE_ERROR, ['51-["a",{"_placeholder":true,"num":0}]', '2["b"]']),
        (DisconnectReason.PARSE_ERROR, ['51-["a",{"_placeholder":true,"num":1}]', b"x"]),
        (DisconnectReason.PARSE_ERROR, ['51-["a",{"_placeholder":true,"num":-1}]', b"x"]),
        (DisconnectReason.FORCED_CLOSE, ["0"]),
        (DisconnectReason.FORCED_CLOSE, ['2/other,["a"]']),
        (DisconnectReason.FORCED_CLOSE, ["3/other,1[]"]),
        (DisconnectReason.FORCED_CLOSE, ["1/other"]),
        (DisconnectReason.FORCED_CLOSE, ['51-/other,["a"]']),
        (DisconnectReason.FORCED_CLOSE, ['4{"message":"no"}']),
        (DisconnectReason.FORCED_CLOSE, ["1", '2["a"]']),
        (DisconnectReason.FORCED_CLOSE, ["1", "1"]),
    ],
)
def test_a_violation_ends_the_connection(connection, reason, messages):
    join(connection)
    *before, last = messages
    for message in before:
        connection.receive(message, NOW)
    with pytest.raises(ProtocolViolation) as ended:
        connection.receive(last, NOW)
    assert ended.value.reason is reason


def test_a_second_connect_before_the_first_is_answered_ends_the_connection(connection):
    connection.receive("0", NOW)
    with pytest.raises(ProtocolViolation):
        connection.receive("0", NOW)


def test_a_client_that_joins_nothing_does_not_stay(connection):
    connection.receive("0", NOW)
    assert connection.deadline == NOW + 45
    connection.check_deadline(NOW + 44)
    with pytest.raises(ConnectionEnded):
        connection.check_deadline(NOW + 45)


def test_a_client_that_joined_may_stay(connection):
    join(connection)
    assert connection.deadline is None
    connection.check_deadline(NOW + 1000)


def test_announced_attachments_have_to_come(connection):
    join(connection)
    connection.receive('52-["a"]', NOW)
    connection.receive(b"1", NOW + 4)
    assert connection.deadline == NOW + 9
    with pytest.raises(ProtocolViolation):
        connection.check_deadline(NOW + 9)


def test_attachments_do_not_put_off_the_time_to_join(connection):
    connection.receive("0", NOW)
    connection.receive('51-["a"]', NOW)
    connection.receive(b"1", NOW)
    assert connection.deadline == NOW + 45
