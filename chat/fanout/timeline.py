"""One conversation's durable events in this process: in order, each once, none missing."""

from __future__ import annotations

from collections.abc import Callable

from chat.events import DurableEvent


class Timeline:
    """Lets durable events through in the order of their versions (DESIGN: the layer is a hint).

    Between processes events can be late, doubled or lost, and two threads may publish in another
    order than they committed. An event that comes too early waits here; `has_gap` then says that
    somebody should look into the database.
    """

    __slots__ = ("_deliver", "_early", "began_at", "version")

    def __init__(self, deliver: Callable[[DurableEvent], None], version: int | None = None) -> None:
        self.version = version
        """The last version that was delivered; None while the first snapshot is being read."""
        self.began_at = version
        """The version after which everything has come through here."""
        self._deliver = deliver
        self._early: dict[int, DurableEvent] = {}

    @property
    def has_gap(self) -> bool:
        """Whether an event waits for one that has not come."""
        return self.version is not None and bool(self._early)

    def receive(self, event: DurableEvent) -> None:
        """Take an event from a publisher: deliver it now, keep it until its turn, or drop it as known."""
        if self.version is None:
            self._early[event.version] = event
        elif event.version == self.version + 1:
            self.version = event.version
            self._deliver(event)
            if self._early:
                self._deliver_waiting()
        elif event.version > self.version:
            self._early[event.version] = event

    def begin(self, version: int) -> None:
        """Start after a snapshot that holds everything up to `version`."""
        if self.version is None:
            self.version = self.began_at = version
            self._deliver_waiting()

    def catch_up(self, events: list[DurableEvent], version: int) -> None:
        """Take what the database says has changed up to `version`; its numbers may have holes.

        A row that changed twice is there once, with its last version.
        """
        if self.version is None or version <= self.version:
            return
        for event in sorted(events, key=lambda event: event.version):
            if event.version > self.version:
                self._deliver(event)
        self.version = version
        self._deliver_waiting()

    def _deliver_waiting(self) -> None:
        assert self.version is not None
        for known in [version for version in self._early if version <= self.version]:
            del self._early[known]
        while (event := self._early.pop(self.version + 1, None)) is not None:
            self.version = event.version
            self._deliver(event)
