"""What this process tells: every event in the order in which it is delivered."""

from collections.abc import Iterator
from typing import TypeVar

import pytest

from accounts import redis_clients
from chat import fanout
from chat.assistant import process
from chat.events import Event
from tests.support.loops import LoopThread

E = TypeVar("E", bound=Event)
FINISH_SECONDS = 0.5


class Told:
    """Listens to the process's fan-out, beside whoever else is registered there."""

    def __init__(self) -> None:
        self.process = LoopThread()
        self._events: list[Event] = []
        self.fanout = self.process.call(fanout.listen)
        self.process.call(self.fanout.hub.listen, "everything", self._keep)

    def _keep(self, event: Event) -> None:
        self._events.append(event)

    def events(self) -> list[Event]:
        """Everything that has been published so far."""
        self.process.call(lambda: None)
        return list(self._events)

    def of(self, kind: type[E]) -> list[E]:
        """What has been published of one kind."""
        return [event for event in self.events() if isinstance(event, kind)]

    def forget(self) -> None:
        """Begin anew."""
        self.events()
        self._events.clear()


@pytest.fixture
def told() -> Iterator[Told]:
    """Every event that the test makes this process tell."""
    told = Told()
    yield told
    # Its transactions would meet the next test's.
    told.process.run(process.finish(FINISH_SECONDS))
    told.process.run(close_presence())
    told.process.stop()


async def close_presence() -> None:
    """Close the connections that this event loop has opened to say who is here."""
    await redis_clients.asynchronous().aclose()
