"""A process's rooms: who gets what, and how a member that joins misses and doubles nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import rooms
from chat.events import Person, ReceiptChanged, TypingChanged
from chat.fanout.delivery import Outgoing
from chat.fanout.hub import Hub
from chat.socketio.delivery import Delivery

CHAT = "c"
ROOM = rooms.conversation(CHAT)
VERA = Person(id="vera", role="customer", email="", first_name="Vera", last_name="")


@dataclass(eq=False)
class Client:
    """A member that keeps what it was given; `snapshot` is the version of the one it was given."""

    user_id: str = "somebody"
    is_staff_member: bool = False
    namespace: str = "/"
    frames: list[str] = field(default_factory=list)
    snapshot: int = 0
    joining: bool = False
    read: int | None = None

    def deliver(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        assert not self.joining, "nothing may come before the snapshot"
        self.frames.append(frame)


def dialect(event):
    """Says the version of what is durable, and "typing" to the others in the room."""
    if isinstance(event, TypingChanged):
        return [
            Outgoing(
                (rooms.conversation(event.conversation_id),),
                lambda viewer: "typing",
                except_user=event.person.id,
            )
        ]
    return [Outgoing((rooms.conversation(event.conversation_id),), lambda viewer: str(event.version))]


def change(version: int, conversation_id: str = CHAT) -> ReceiptChanged:
    return ReceiptChanged(conversation_id, version, version, "m", VERA, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def hub():
    hub = Hub()
    hub.register("/", dialect)
    return hub


def join(hub, client, version):
    hub.begin_joining(client, CHAT)
    hub.finish_joining(client, CHAT, version)
    return client


def test_who_joined_gets_what_follows_its_snapshot_and_others_get_nothing(hub):
    inside, elsewhere = join(hub, Client(), 3), Client()
    hub.begin_joining(elsewhere, "another")
    hub.finish_joining(elsewhere, "another", 0)
    for version in (3, 4, 5):
        hub.receive(change(version))
    assert (inside.frames, elsewhere.frames) == (["4", "5"], [])


def test_what_happens_while_the_snapshot_is_read_follows_it_once(hub):
    early, late = join(hub, Client(), 3), Client()
    hub.begin_joining(late, CHAT)
    for version in (4, 5, 6):
        hub.receive(change(version))
    assert late.frames == []
    hub.finish_joining(late, CHAT, 5)
    hub.receive(change(7))
    assert (early.frames, late.frames) == (["4", "5", "6", "7"], ["6", "7"])


def test_a_snapshot_that_is_ahead_of_this_process_is_not_followed_by_what_it_holds(hub):
    early, late = join(hub, Client(), 3), join(hub, Client(), 5)
    for version in (4, 5, 6):
        hub.receive(change(version))
    assert (early.frames, late.frames) == (["4", "5", "6"], ["6"])


def test_a_snapshot_older_than_where_this_process_began_must_be_read_again(hub):
    quick, slow = Client(), Client()
    hub.begin_joining(slow, CHAT)
    hub.begin_joining(quick, CHAT)
    assert not hub.is_too_old(CHAT, 2)
    hub.finish_joining(quick, CHAT, 3)
    hub.receive(change(3))
    hub.receive(change(4))
    assert hub.is_too_old(CHAT, 2)
    assert not hub.is_too_old(CHAT, 3)
    hub.finish_joining(slow, CHAT, 3)
    assert (quick.frames, slow.frames) == (["4"], ["4"])
    assert not hub.is_too_old("nobody's", 0)


def test_who_joins_again_is_given_what_follows_the_new_snapshot_only(hub):
    client = join(hub, Client(), 3)
    hub.receive(change(4))
    join(hub, client, 6)
    for version in (5, 6, 7):
        hub.receive(change(version))
    assert client.frames == ["4", "7"]


def test_who_leaves_gets_nothing_more_also_while_its_snapshot_is_read(hub):
    gone, undecided = join(hub, Client(), 3), Client()
    hub.begin_joining(undecided, CHAT)
    hub.leave(gone, ROOM)
    hub.leave(undecided, ROOM)
    hub.finish_joining(undecided, CHAT, 3)
    hub.receive(change(4))
    assert (gone.frames, undecided.frames) == ([], [])
    assert hub.timelines == {}


def test_a_hub_that_everyone_has_left_keeps_nothing(hub):
    clients = [join(hub, Client(), 3) for _ in range(3)]
    for client in clients:
        hub.join(client, rooms.user("somebody"))
        assert hub.rooms_of(client) == {ROOM, rooms.user("somebody")}
        hub.leave_all(client)
        assert hub.rooms_of(client) == frozenset()
    assert (hub.timelines, dict(hub._members), hub._joining, dict(hub._rooms_of)) == ({}, {}, {}, {})


def test_each_namespace_is_told_in_its_own_words(hub):
    hub.register("/chat", lambda event: [Outgoing((ROOM,), lambda viewer: f"chat {event.version}")])
    root, chat, unknown = (join(hub, Client(namespace=name), 3) for name in ("/", "/chat", "/unknown"))
    hub.receive(change(4))
    assert (root.frames, chat.frames, unknown.frames) == (["4"], ["chat 4"], [])


def test_a_frame_is_written_once_for_everyone_and_not_at_all_for_nobody(hub):
    def count(event):
        return [Outgoing((ROOM,), lambda viewer: written.append(event.version) or "frame")]

    written = []
    hub.register("/", count)
    hub.receive(change(1))
    clients = [join(hub, Client(), 3) for _ in range(5)]
    hub.receive(change(4))
    assert written == [4]
    assert all(client.frames == ["frame"] for client in clients)


def test_a_member_of_two_rooms_that_an_event_goes_to_is_told_once(hub):
    hub.register("/", lambda event: [Outgoing(("a", "b"), lambda viewer: "once")])
    both, one = Client(), Client()
    for member, room in ((both, "a"), (both, "b"), (one, "b")):
        hub.join(member, room)
    hub.receive(TypingChanged(CHAT, VERA, True))
    assert (both.frames, one.frames) == (["once"], ["once"])


def test_a_personal_frame_is_written_for_each_person_and_once_for_all_its_sockets():
    hub, written = Hub(), []
    phone, laptop, ana = Client(user_id="vera"), Client(user_id="vera"), Client(user_id="ana")
    for client in (phone, laptop, ana):
        hub.join(client, "a")

    def encode(viewer):
        written.append(viewer)
        return f"for {viewer}"

    hub.register("/", lambda event: [Outgoing(("a",), encode, is_personal=True)])
    hub.receive(change(1))
    assert (phone.frames, laptop.frames, ana.frames) == (["for vera"], ["for vera"], ["for ana"])
    assert sorted(written) == ["ana", "vera"]


def test_what_is_for_the_staff_reaches_no_customer_in_the_same_room():
    hub, vera, ana = Hub(), Client(user_id="vera"), Client(user_id="ana", is_staff_member=True)
    hub.register("/", lambda event: [Outgoing((ROOM,), lambda viewer: "note", staff_only=True)])
    hub.begin_joining(vera, CHAT)
    hub.finish_joining(vera, CHAT, 0)
    hub.begin_joining(ana, CHAT)
    hub.receive(TypingChanged(CHAT, VERA, True))
    assert (vera.frames, ana.frames) == ([], ["note"])


def test_who_is_in_the_excepted_room_is_not_told_and_who_is_not_is(hub):
    hub.register("/", lambda event: [Outgoing(("a",), lambda viewer: "notice", except_room="b")])
    inside, outside = Client(), Client()
    for member, room in ((inside, "a"), (inside, "b"), (outside, "a")):
        hub.join(member, room)
    hub.receive(TypingChanged(CHAT, VERA, True))
    assert (inside.frames, outside.frames) == ([], ["notice"])


def test_typing_is_told_to_the_others_and_not_to_who_types_on_any_of_its_sockets(hub):
    phone, laptop, ana = Client(user_id="vera"), Client(user_id="vera"), Client(user_id="ana")
    for client in (phone, laptop, ana):
        join(hub, client, 3)
    hub.receive(TypingChanged(CHAT, VERA, True))
    assert (phone.frames, laptop.frames, ana.frames) == ([], [], ["typing"])


def test_an_event_that_a_dialect_cannot_say_stops_neither_the_others_nor_the_next(hub):
    def stumble(event):
        raise KeyError("poison")

    hub.register("/poisoned", stumble)
    hub.join(Client(namespace="/poisoned"), ROOM)
    client = join(hub, Client(), 3)
    hub.receive(change(4))
    hub.receive(change(5))
    assert client.frames == ["4", "5"]


def test_who_listens_hears_of_everything_and_its_mistakes_stop_nobody_else(hub):
    heard = []

    def stumble(event):
        heard.append(event.version)
        raise KeyError("poison")

    hub.listen("clumsy", stumble)
    hub.listen("careful", lambda event: heard.append(event.version))
    client = join(hub, Client(), 3)
    hub.receive(change(4))
    hub.receive(change(5))
    assert (heard, client.frames) == ([4, 4, 5, 5], ["4", "5"])


def test_a_gap_is_reported_and_closed_by_what_the_database_says():
    gaps = []
    hub = Hub(on_gap=gaps.append)
    hub.register("/", dialect)
    client = join(hub, Client(), 3)
    hub.receive(change(4))
    assert gaps == []
    hub.receive(change(6))
    assert gaps == [CHAT]
    hub.catch_up(CHAT, [change(5), change(6)], 6)
    assert client.frames == ["4", "5", "6"]


class Simulation:
    """A conversation, a layer that delays, doubles and loses, and clients that come and go at any moment."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.hub.register("/", dialect)
        self.committed = 0
        self.in_flight: list[int] = []
        self.found: int | None = None
        self.clients = [Client() for _ in range(2)]

    def step(self, name: str, number: int) -> None:
        getattr(self, name)(number)

    def commit(self, number: int) -> None:
        self.committed += 1
        self.in_flight.append(self.committed)

    def arrive(self, number: int) -> None:
        if self.in_flight:
            self.hub.receive(change(self.in_flight.pop(number % len(self.in_flight))))

    def arrive_and_come_again(self, number: int) -> None:
        if self.in_flight:
            self.hub.receive(change(self.in_flight[number % len(self.in_flight)]))

    def lose(self, number: int) -> None:
        if self.in_flight:
            del self.in_flight[number % len(self.in_flight)]

    def begin(self, number: int) -> None:
        client = self.clients[number % len(self.clients)]
        if not client.joining:
            self.check(client, complete=False)
            client.joining, client.read, client.frames = True, None, []
            self.hub.begin_joining(client, CHAT)

    def read(self, number: int) -> None:
        client = self.clients[number % len(self.clients)]
        if client.joining and client.read is None:
            client.read = self.committed

    def finish(self, number: int) -> None:
        client = self.clients[number % len(self.clients)]
        if not client.joining or client.read is None:
            return
        if self.hub.is_too_old(CHAT, client.read):
            client.read = None
            return
        client.joining, client.snapshot = False, client.read
        self.hub.finish_joining(client, CHAT, client.read)

    def leave(self, number: int) -> None:
        client = self.clients[number % len(self.clients)]
        self.hub.leave(client, ROOM)
        self.check(client, complete=False)
        self.clients[self.clients.index(client)] = Client()

    def ask_database(self, number: int) -> None:
        self.found = self.committed

    def heal(self, number: int) -> None:
        if self.found is not None:
            self.catch_up(self.found)

    def catch_up(self, version: int) -> None:
        self.hub.catch_up(CHAT, [change(known) for known in range(1, version + 1)], version)

    def check(self, client: Client, *, complete: bool) -> None:
        versions = [int(frame) for frame in client.frames]
        expected = range(client.snapshot + 1, self.committed + 1)
        assert versions == list(expected if complete else expected[: len(versions)])


STEPS = [
    name
    for name in vars(Simulation)
    if not name.startswith("_") and name not in ("step", "check", "catch_up")
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=40))
def test_whatever_the_layer_does_every_member_gets_what_follows_its_snapshot_in_order_and_once(steps):
    simulation = Simulation()
    for name, number in steps:
        simulation.step(name, number)
    for number in range(len(simulation.clients)):
        for last_step in ("read", "finish") * 2:
            simulation.step(last_step, number)
    simulation.catch_up(simulation.committed)
    for client in simulation.clients:
        simulation.check(client, complete=client.read is not None)
