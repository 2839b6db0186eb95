"""Who is here, at times that a test chooses."""

from collections.abc import Callable
from datetime import UTC, datetime

from accounts import absence, presence
from accounts.tokens import Principal
from tests.support.told import Told

WATCH_BEGAN_BEFORE_SECONDS = 60


class Here:
    """People come and go at moments counted in seconds from `began`, and a web process watches over them."""

    def __init__(self, told: Told) -> None:
        self._run = told.process.run
        self.begin()

    def begin(self) -> None:
        """Count from now, when a test has done what took it some time."""
        self.began = datetime.now(UTC).timestamp()
        for seconds in range(-WATCH_BEGAN_BEFORE_SECONDS, 1, 5):
            self.watched(seconds)

    def at(self, seconds: float) -> datetime:
        """A moment."""
        return datetime.fromtimestamp(self.began + seconds, UTC)

    def watched(self, seconds: float) -> None:
        """A web process says that it runs."""
        self._run(absence.stand_watch(self.began + seconds))

    def comes(self, person: Principal, seconds: float = 0) -> None:
        """Somebody opens a socket, or gives a sign of life."""
        self._run(presence.arrive(person.user_id, "tab", self.began + seconds))

    def goes(self, person: Principal, seconds: float) -> None:
        """Somebody closes its socket."""
        self._run(presence.leave(person.user_id, "tab", self.began + seconds))

    def every_five_seconds(self, first: int, last: int, do: Callable[[datetime], object]) -> None:
        """Do something at each of these moments, watched."""
        for seconds in range(first, last + 1, 5):
            self.watched(seconds)
            do(self.at(seconds))
