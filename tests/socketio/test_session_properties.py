"""What holds for a session and a connection whatever comes in whatever order: random walks beside a model."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chat.socketio.connection import (
    AckReceived,
    Connection,
    ConnectRequested,
    EventReceived,
    LeftNamespace,
)
from chat.socketio.engine_handshake import TransportName
from chat.socketio.engine_packets import decode_packet, decode_payload
from chat.socketio.engine_session import EngineOptions, EngineSession
from chat.socketio.errors import ConnectionEnded, DisconnectReason, ProtocolViolation

INTERVAL, TIMEOUT = 25.0, 20.0
OPTIONS = EngineOptions(ping_interval_ms=25_000, ping_timeout_ms=20_000)
WALKS = settings(max_examples=60, stateful_step_count=40, deadline=None)
messages = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1e"), max_size=5)


GROWN_UP_AFTER = 12


def in_progress(machine):
    return not machine.is_over


def may_end(machine):
    """Most walks would end before anything has happened."""
    return in_progress(machine) and machine.age > GROWN_UP_AFTER


class EngineWalk(RuleBasedStateMachine):
    """Beside an Engine.IO session: every message arrives once and in order, and pings keep their time."""

    def __init__(self):
        super().__init__()
        self.is_over = True
        self.age = 0

    @precondition(lambda self: self.is_over)
    @rule(transport=st.sampled_from(TransportName))
    def open(self, transport):
        self.age = 0
        self.now = 100.0
        self.engine = EngineSession("sid", transport, OPTIONS, self.now)
        self.is_over = False
        self.sent = []
        self.arrived = []
        self.poll_waits = False
        self.push_arrives = False
        self.upgrading = None
        self.pinged_at = None
        self.ping_due_at = self.now + INTERVAL

    # What the server says

    @precondition(in_progress)
    @rule(message=messages | st.binary(max_size=5))
    def send(self, message):
        packet = message if isinstance(message, bytes) else f"4{message}"
        self.sent.append(packet)
        if self.engine.transport is TransportName.WEBSOCKET:
            self.arrived.append(packet)
            return
        self.engine.enqueue(packet)
        if self.poll_waits:
            self.answer_poll(self.engine.take_payload())

    def answer_poll(self, body):
        self.poll_waits = False
        packets = list(decode_payload(body))
        assert body, "an empty answer stalls some clients"
        assert "6" not in packets or packets == ["6"], "a noop stands for nothing"
        for packet in packets:
            if packet not in ("2", "6"):
                self.arrived.append(decode_packet(packet).data if packet.startswith("b") else packet)

    # Time

    @precondition(in_progress)
    @rule(seconds=st.sampled_from([0.1, 5.0, 19.0, 60.0]))
    def wait(self, seconds):
        until = self.now + (seconds if may_end(self) else min(seconds, 5.0))
        while not self.is_over and self.engine.deadline <= until:
            self.now = max(self.now, self.engine.deadline)
            self.tick()
        self.now = until

    def tick(self):
        if self.pinged_at is not None:
            with pytest.raises(ConnectionEnded) as ended:
                self.engine.tick(self.now)
            assert ended.value.reason is DisconnectReason.PING_TIMEOUT
            assert self.now == self.pinged_at + TIMEOUT
            self.is_over = True
            return
        ping = self.engine.tick(self.now)
        assert ping == "2"
        assert self.now == self.ping_due_at
        self.pinged_at = self.now
        if self.engine.transport is TransportName.POLLING:
            self.engine.enqueue(ping)
            if self.poll_waits:
                self.answer_poll(self.engine.take_payload())

    # What the client says

    @precondition(in_progress)
    @rule()
    def pong(self):
        assert self.engine.receive("3", self.now) is None
        if self.pinged_at is not None:
            self.pinged_at, self.ping_due_at = None, self.now + INTERVAL

    @precondition(in_progress)
    @rule(message=messages)
    def speak(self, message):
        assert self.engine.receive(f"4{message}", self.now) == message

    @precondition(in_progress)
    @rule(packet=st.sampled_from(["6", "5", "0{}"]))
    def say_nothing(self, packet):
        assert self.engine.receive(packet, self.now) is None

    @precondition(may_end)
    @rule(packet=st.sampled_from(["", "2", "2probe", "7", "x", "b!", "1"]))
    def end(self, packet):
        self.refuses(lambda: self.engine.receive(packet, self.now), is_violation=packet != "1")

    # Polling

    @precondition(lambda self: in_progress(self) and self.engine.transport is TransportName.POLLING)
    @rule()
    def poll(self):
        if self.poll_waits:
            if may_end(self):
                self.refuses(self.engine.begin_poll)
            return
        body = self.engine.begin_poll()
        self.poll_waits = body is None
        if body is not None:
            self.answer_poll(body)

    @precondition(in_progress)
    @rule()
    def begin_push(self):
        if self.push_arrives:
            if may_end(self):
                self.refuses(self.engine.begin_push)
        else:
            self.engine.begin_push()
            self.push_arrives = True

    @precondition(in_progress)
    @rule()
    def end_push(self):
        self.engine.end_push()
        self.push_arrives = False

    # Upgrade

    @precondition(in_progress)
    @rule()
    def begin_upgrade(self):
        may = self.engine.transport is TransportName.POLLING and self.upgrading is None
        assert self.engine.begin_upgrade() is may
        if may:
            self.upgrading = "2probe"

    @precondition(lambda self: in_progress(self) and self.upgrading)
    @rule(packet=st.sampled_from(["2probe", "5", "5", "4x", b"5"]))
    def say_on_the_new_transport(self, packet):
        if packet != self.upgrading:
            with pytest.raises(ProtocolViolation):
                self.engine.receive_probe(packet)
            self.engine.abandon_upgrade()
            self.upgrading = None
            return
        answer = self.engine.receive_probe(packet)
        if self.poll_waits:
            self.answer_poll(self.engine.take_payload())
        if packet == "2probe":
            assert answer == "3probe"
            self.upgrading = "5"
        else:
            assert answer is None
            self.upgrading = None
            self.arrived += [packet for packet in self.engine.take_packets() if packet != "2"]

    def refuses(self, step, *, is_violation=True):
        with pytest.raises(ConnectionEnded) as ended:
            step()
        assert isinstance(ended.value, ProtocolViolation) is is_violation
        self.is_over = True

    @invariant()
    def it_grows_older(self):
        self.age += 1

    @invariant()
    def nothing_is_lost_doubled_or_reordered(self):
        if self.is_over:
            return
        assert self.arrived == self.sent[: len(self.arrived)]
        if self.engine.transport is TransportName.WEBSOCKET or self.poll_waits:
            assert self.arrived == self.sent

    @invariant()
    def no_poll_waits_while_something_could_be_told(self):
        if not self.is_over and self.poll_waits:
            assert self.engine.poll_waits
            assert self.engine.buffered_size == 0
            assert self.upgrading != "5", "the client has to come to an end with polling"

    @invariant()
    def something_is_always_due(self):
        if not self.is_over:
            assert self.engine.deadline > self.now


NAMESPACES = ["/", "/chat", "/x"]
namespaces = st.sampled_from(NAMESPACES)
MALFORMED = [
    "",
    "9",
    "2{}",
    '2["connect"]',
    "0[]",
    "3{}",
    '50-["a"]',
    '511-["a"]',
    '2["a"',
    "1{}",
    '4{"a":1}',
]


class ConnectionWalk(RuleBasedStateMachine):
    """Beside a Socket.IO connection: who is in which namespace, and what is accepted of whom."""

    def __init__(self):
        super().__init__()
        self.is_over = True
        self.age = 0

    @precondition(lambda self: self.is_over)
    @rule()
    def open(self):
        self.age = 0
        self.connection = Connection(0.0, connect_timeout_seconds=45)
        self.is_over = False
        self.stays = {}
        self.memberships = {}
        self.due = None

    @precondition(in_progress)
    @rule(namespace=namespaces)
    def ask_to_join(self, namespace):
        received = self.receive("0", namespace, allowed=self.stays.get(namespace) in (None, "kicked"))
        if received:
            assert isinstance(received, ConnectRequested)
            self.memberships[namespace] = received.membership
            self.stays[namespace] = "joining"

    @precondition(in_progress)
    @rule(namespace=namespaces)
    def let_in(self, namespace):
        if namespace in self.memberships:
            frame = self.connection.accept(self.memberships[namespace], "id")
            assert (frame is not None) is (self.stays.get(namespace) == "joining")
            if frame:
                self.stays[namespace] = "in"

    @precondition(in_progress)
    @rule(namespace=namespaces)
    def turn_away(self, namespace):
        if namespace in self.memberships:
            frame = self.connection.refuse(self.memberships[namespace], "no")
            assert (frame is not None) is (self.stays.get(namespace) == "joining")
            if frame:
                del self.stays[namespace]

    @precondition(in_progress)
    @rule(namespace=namespaces)
    def put_out(self, namespace):
        if namespace in self.memberships:
            frame = self.connection.kick(self.memberships[namespace])
            assert (frame is not None) is (self.stays.get(namespace) == "in")
            if frame:
                self.stays[namespace] = "kicked"

    @precondition(in_progress)
    @rule(namespace=namespaces, ack_id=st.none() | st.integers(0, 9))
    def send_an_event(self, namespace, ack_id):
        received = self.receive("2", namespace, f'{"" if ack_id is None else ack_id}["name",1]')
        if received:
            assert received == EventReceived(self.memberships[namespace], "name", [1], ack_id)

    @precondition(in_progress)
    @rule(namespace=namespaces)
    def ack(self, namespace):
        received = self.receive("3", namespace, "7[1]")
        if received:
            assert received == AckReceived(self.memberships[namespace], 7, [1])

    @precondition(in_progress)
    @rule(namespace=namespaces)
    def leave(self, namespace):
        received = self.receive("1", namespace)
        if received:
            assert received == LeftNamespace(self.memberships[namespace])
            del self.stays[namespace]
        elif not self.is_over and self.due is None:
            assert self.stays.get(namespace) in (None, "kicked")

    @precondition(in_progress)
    @rule(namespace=namespaces, count=st.integers(1, 3))
    def announce_attachments(self, namespace, count):
        placeholders = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(count))
        is_whole = self.due is None and namespace in self.stays
        assert self.receive(f"5{count}-", namespace, f'["name",{placeholders}]', is_partial=True) is None
        if is_whole:
            self.due = (namespace, count, [])

    @precondition(in_progress)
    @rule(attachment=st.binary(max_size=3))
    def send_an_attachment(self, attachment):
        if self.due is None:
            if may_end(self):
                self.refuses(attachment)
            return
        namespace, count, before = self.due
        before.append(attachment)
        received = self.connection.receive(attachment, 0.0)
        if len(before) < count:
            assert received is None
            return
        self.due = None
        is_heard = self.stays.get(namespace) != "kicked"
        expected = EventReceived(self.memberships[namespace], "name", before, None) if is_heard else None
        assert received == expected

    @precondition(may_end)
    @rule(text=st.sampled_from(MALFORMED))
    def break_the_protocol(self, text):
        self.refuses(text)

    def receive(self, kind, namespace, rest="", *, allowed=None, is_partial=False):
        text = f"{kind}{'' if namespace == '/' else namespace + ','}{rest}"
        allowed = namespace in self.stays if allowed is None else allowed
        if not allowed or self.due is not None:
            if may_end(self):
                self.refuses(text)
            return None
        received = self.connection.receive(text, 0.0)
        is_answered = kind == "0" or (self.stays.get(namespace) != "kicked" and not is_partial)
        assert (received is not None) is is_answered
        return received

    def refuses(self, message):
        with pytest.raises(ProtocolViolation):
            self.connection.receive(message, 0.0)
        self.is_over = True

    @invariant()
    def it_grows_older(self):
        self.age += 1

    @invariant()
    def the_time_for_attachments_is_limited(self):
        if not self.is_over and self.due is not None:
            assert self.connection.deadline is not None

    @invariant()
    def it_knows_who_is_where(self):
        if not self.is_over:
            assert {one.namespace for one in self.connection.memberships} == set(self.stays)


EngineWalk.TestCase.settings = ConnectionWalk.TestCase.settings = WALKS
TestEngineSession = EngineWalk.TestCase
TestConnection = ConnectionWalk.TestCase
