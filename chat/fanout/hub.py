"""This process's rooms: who is in them, and how an event reaches their sockets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from chat import rooms
from chat.events import DURABLE_EVENTS, DurableEvent, Event
from chat.fanout.delivery import Dialect, Member, Outgoing
from chat.fanout.streams import Streams
from chat.fanout.timeline import Timeline

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Joining:
    """A member that is being given a snapshot: `version` is the snapshot's, None while it is being read."""

    version: int | None = None
    held: list[tuple[int, str]] = field(default_factory=list)


class Frames(dict[str, str]):
    """What each reader is sent, written when the first one is."""

    def __init__(self, encode: Callable[[str], str]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, reader: str) -> str:
        frame = self[reader] = self._encode(reader)
        return frame


class Hub:
    """Rooms of one process and one event loop; nothing here waits.

    It knows neither dialects nor transports: each dialect says events in its own words, each
    socket takes finished frames.
    """

    def __init__(
        self,
        on_gap: Callable[[str], None] = lambda conversation_id: None,
        publish: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self.timelines: dict[str, Timeline] = {}
        self.streams = Streams(publish)
        self._on_gap = on_gap
        self._dialects: dict[str, Dialect] = {}
        self._members: defaultdict[str, dict[str, set[Member]]] = defaultdict(dict)
        self._joining: dict[str, dict[Member, Joining]] = {}
        self._rooms_of: dict[Member, set[str]] = {}
        self._members_in: Counter[str] = Counter()
        self._listeners: dict[str, Callable[[Event], object]] = {}

    def register(self, namespace: str, dialect: Dialect) -> None:
        """Let a namespace's members be served in this dialect."""
        self._dialects[namespace] = dialect

    def listen(self, name: str, listener: Callable[[Event], object]) -> None:
        """Tell somebody in the process of every event, under a name: the last of one name counts."""
        self._listeners[name] = listener

    # Rooms

    def join(self, member: Member, room: str) -> None:
        """Put a member into a room that needs no snapshot."""
        self._members[room].setdefault(member.namespace, set()).add(member)
        self._enter(member, room)

    def begin_joining(self, member: Member, conversation_id: str) -> None:
        """Hold what happens in a conversation for a member until its snapshot has been read.

        A member that is there already is begun anew: it asked for the snapshot because it wants one.
        """
        room = rooms.conversation(conversation_id)
        self._members.get(room, {}).get(member.namespace, set()).discard(member)
        self._joining.setdefault(room, {})[member] = Joining()
        self._enter(member, room)
        if conversation_id not in self.timelines:
            self.timelines[conversation_id] = Timeline(self._deliver)

    def is_too_old(self, conversation_id: str, version: int) -> bool:
        """Whether a snapshot was read before this process began to follow the conversation.

        Of two members who join at the same time, the one whose snapshot is finished first says where
        this process begins. What the other's, if it is older, has missed until there did not come
        through here: it must be read again.
        """
        timeline = self.timelines.get(conversation_id)
        return timeline is not None and timeline.began_at is not None and version < timeline.began_at

    def finish_joining(self, member: Member, conversation_id: str, version: int) -> None:
        """Give a member what happened after its snapshot, which held everything up to `version`.

        The caller has made sure that the snapshot is not too old, has just handed it to the member,
        and has not let go of the loop since.
        """
        room = rooms.conversation(conversation_id)
        joining = self._joining.get(room, {}).get(member)
        if joining is None or joining.version is not None:
            return  # it left, or its socket closed, while the snapshot was being read
        joining.version = version
        for held_version, frame in joining.held:
            if held_version > version:
                member.deliver(frame)
        joining.held.clear()
        self._tell_so_far(member, conversation_id)
        self.timelines[conversation_id].begin(version)
        self._settle(room, conversation_id)

    def leave(self, member: Member, room: str) -> None:
        """Take a member out of a room; it may not have been in it."""
        self._rooms_of.get(member, set()).discard(room)
        by_namespace = self._members.get(room, {})
        by_namespace.get(member.namespace, set()).discard(member)
        self._joining.get(room, {}).pop(member, None)
        self._forget_if_empty(room)

    def leave_all(self, member: Member) -> None:
        """Forget a member that is gone."""
        for room in self._exit(member):
            self.leave(member, room)

    def rooms_of(self, member: Member) -> frozenset[str]:
        """The rooms a member is in."""
        return frozenset(self._rooms_of.get(member, ()))

    def _enter(self, member: Member, room: str) -> None:
        if member not in self._rooms_of:
            self._rooms_of[member] = set()
            self._members_in[member.namespace] += 1
        self._rooms_of[member].add(room)

    def _exit(self, member: Member) -> set[str]:
        """Forget a member; return the rooms that it was in."""
        if member not in self._rooms_of:
            return set()
        self._members_in[member.namespace] -= 1
        return self._rooms_of.pop(member)

    # Members who move to another process, or come from one

    def told_up_to(self, member: Member, conversation_id: str) -> int:
        """The version up to which a member has been told what happened in a conversation it has joined."""
        joining = self._joining.get(rooms.conversation(conversation_id), {}).get(member)
        timeline = self.timelines.get(conversation_id)
        live = timeline.version if timeline is not None else None
        return max(live or 0, (joining.version if joining is not None else None) or 0)

    def stand_in(self, member: Member, other: Member) -> None:
        """Put another, of the same namespace, into a member's place in all rooms."""
        for room in self._exit(member):
            self._enter(other, room)
            there = self._members.get(room, {}).get(member.namespace, set())
            if member in there:
                there.discard(member)
                there.add(other)
            joining = self._joining.get(room, {})
            if member in joining:
                joining[other] = joining.pop(member)

    def tell(self, member: Member, events: Iterable[DurableEvent]) -> None:
        """Tell one member what it has missed in its rooms."""
        for event in sorted(events, key=lambda event: event.version):
            for outgoing in self._dialects[member.namespace](event):
                is_in = not self._rooms_of.get(member, set()).isdisjoint(outgoing.rooms)
                if is_in and self._wants(member, outgoing):
                    member.deliver(outgoing.encode(member.user_id if outgoing.is_personal else ""))

    # Events

    def receive(self, event: Event) -> None:
        """Take an event from this process or another, and deliver it here when its turn has come."""
        if isinstance(event, DURABLE_EVENTS):
            timeline = self.timelines.get(event.conversation_id)
            if timeline is not None:
                timeline.receive(event)
                if timeline.has_gap:
                    self._on_gap(event.conversation_id)
                if self._joining:
                    self._settle(rooms.conversation(event.conversation_id), event.conversation_id)
                return
        self._deliver(event)

    def catch_up(self, conversation_id: str, events: list[DurableEvent], version: int) -> None:
        """Deliver what the database says was missed in a conversation, up to `version`."""
        timeline = self.timelines.get(conversation_id)
        if timeline is not None:
            timeline.catch_up(events, version)
            self._settle(rooms.conversation(conversation_id), conversation_id)

    def _tell_so_far(self, member: Member, conversation_id: str) -> None:
        so_far = self.streams.so_far(conversation_id)
        if so_far is not None:
            for outgoing in self._dialects[member.namespace](so_far):
                member.deliver(outgoing.encode(member.user_id), outgoing.delivery)

    def _deliver(self, event: Event) -> None:
        for passed_on in self.streams.pass_on(event):
            self._say(passed_on)

    def _say(self, event: Event) -> None:
        # A poison event must not end the loop that delivers everyone else's.
        for listener in self._listeners.values():
            try:
                listener(event)
            except Exception:
                log.exception("event_not_heard", event_type=type(event).__name__)
        for namespace, dialect in self._dialects.items():
            if not self._members_in[namespace]:
                continue
            try:
                for outgoing in dialect(event):
                    self._send(namespace, outgoing, getattr(event, "version", None))
            except Exception:
                log.exception("event_not_delivered", event_type=type(event).__name__)

    def _send(self, namespace: str, outgoing: Outgoing, version: int | None) -> None:
        frames = Frames(outgoing.encode)
        seen: set[Member] | None = set() if len(outgoing.rooms) > 1 else None  # nobody is twice in one room
        for room in outgoing.rooms:
            for member in tuple(self._members.get(room, {}).get(namespace, ())):
                if self._wants(member, outgoing, seen):
                    frame = frames[member.user_id if outgoing.is_personal else ""]
                    member.deliver(frame, outgoing.delivery)
            for member, joining in tuple(self._joining.get(room, {}).items()):
                if outgoing.joined_only and joining.version is None:
                    continue
                if member.namespace == namespace and self._wants(member, outgoing, seen):
                    frame = frames[member.user_id if outgoing.is_personal else ""]
                    if version is None or (joining.version is not None and version > joining.version):
                        member.deliver(frame, outgoing.delivery)
                    elif joining.version is None:
                        joining.held.append((version, frame))

    def _wants(self, member: Member, outgoing: Outgoing, seen: set[Member] | None = None) -> bool:
        if outgoing.except_user is not None and member.user_id == outgoing.except_user:
            return False
        if outgoing.staff_only and not member.is_staff_member:
            return False
        if outgoing.except_room is not None and outgoing.except_room in self._rooms_of.get(member, ()):
            return False
        if seen is not None:
            if member in seen:
                return False
            seen.add(member)
        return True

    def _settle(self, room: str, conversation_id: str) -> None:
        """Make ordinary members of those whose snapshot this process has caught up with."""
        joining = self._joining.get(room)
        timeline = self.timelines.get(conversation_id)
        if not joining or timeline is None or timeline.version is None:
            return
        for member, state in list(joining.items()):
            if state.version is not None and timeline.version >= state.version:
                del joining[member]
                self.join(member, room)
        if not joining:
            del self._joining[room]

    def _forget_if_empty(self, room: str) -> None:
        if not self._joining.get(room):
            self._joining.pop(room, None)
            if not any(self._members.get(room, {}).values()):
                self._members.pop(room, None)
                self.timelines.pop(room.removeprefix("conversation:"), None)
