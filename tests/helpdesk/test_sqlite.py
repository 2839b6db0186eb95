"""On the embedded database, transactions wait for each other in a line (helpdesk/sqlite)."""

import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from helpdesk.paths import BASE_DIR
from tests.support.together import together

pytestmark = pytest.mark.django_db(transaction=True)

Writer = subprocess.Popen[str]
StartWriter = Callable[..., Writer]


@pytest.fixture(autouse=True)
def written() -> Iterator[None]:
    """A table in which each transaction leaves its writer's name, in the order of the commits."""
    assert connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written (id INTEGER PRIMARY KEY, writer TEXT NOT NULL)")
        yield
        cursor.execute("DROP TABLE written")


@pytest.fixture
def start_writer() -> Iterator[StartWriter]:
    """Start processes that write, `start_writer("name", threads=1, transactions=0)`, and await their word."""
    started: list[Writer] = []

    def start(name: str, *, threads: int = 1, transactions: int = 0) -> Writer:
        program = [
            sys.executable,
            "-m",
            "tests.helpdesk.sqlite_writer",
            name,
            str(threads),
            str(transactions),
        ]
        url = f"sqlite:///{connection.settings_dict['NAME']}"
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            ["env", f"DATABASE_URL={url}", *program], cwd=BASE_DIR, stdin=pipe, stdout=pipe, text=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() in ("ready\n", "writing\n")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits to write gives up after a fifth of a second."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)


def write(name: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO written (writer) VALUES (%s)", [name])


def writers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT writer FROM written ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def longest_wait(order: list[str]) -> int:
    """Return how many others wrote, at most, between one writer's transaction and its next."""
    last: dict[str, int] = {}
    longest = 0
    for place, name in enumerate(order):
        longest = max(longest, place - last.get(name, place) - 1)
        last[name] = place
    return longest


@pytest.mark.parametrize(("processes", "threads"), [(1, 20), (2, 10)])
def test_none_of_many_writers_comes_too_late_for_long(
    processes: int, threads: int, start_writer: StartWriter
):
    # Where SQLite alone says who is next, some wait for 450 to 900 others; 19 is what a strict order takes,
    # and on a busy machine some come 270 late.
    started = [start_writer(str(n), threads=threads, transactions=50) for n in range(processes)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    assert [process.wait(timeout=60) for process in started] == [0] * processes
    assert set(Counter(writers()).values()) == {50}
    assert len(writers()) == 1000
    assert longest_wait(writers()) < 400


@pytest.mark.usefixtures("short_patience")
def test_a_process_that_is_killed_in_its_transaction_lets_the_others_go_on(start_writer: StartWriter):
    process = start_writer("killed")
    with pytest.raises(OperationalError, match="database is locked"):
        write("too early")

    process.kill()
    process.wait()

    write("next")
    assert writers() == ["next"]


@pytest.mark.usefixtures("short_patience")
def test_who_waited_too_long_takes_nobody_elses_turn_later(start_writer: StartWriter):
    process = start_writer("first")
    for _ in range(3):
        with pytest.raises(OperationalError, match="database is locked"):
            write("too late")

    assert process.communicate("go on\n", timeout=10) is not None

    write("second")
    write("third")
    assert writers() == ["first", "second", "third"]


@pytest.mark.usefixtures("short_patience")
def test_a_thread_waits_no_longer_than_it_may_for_another_one():
    began, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            began.set()
            ended.wait(10)

    def come_too_late() -> None:
        began.wait(10)
        try:
            write("too late")
        finally:
            ended.set()

    held, late = together([hold, come_too_late])

    assert held is None
    assert isinstance(late, OperationalError)
    assert together([partial(write, "next")]) == [None]


def roll_back() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError


def fail_to_commit() -> None:
    with pytest.raises(IntegrityError):
        break_a_promise()


@transaction.atomic
def break_a_promise() -> None:
    """Foreign keys that are deferred are checked when the transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE child (parent INTEGER REFERENCES written DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("INSERT INTO child VALUES (0)")


def close() -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.close()


def fail_to_begin() -> None:
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as outsider:
        outsider.execute("BEGIN IMMEDIATE")  # as a program does that knows nothing of the line
        with pytest.raises(OperationalError, match="database is locked"):
            write("too early")


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("end", [roll_back, fail_to_commit, close, fail_to_begin])
def test_a_transaction_gives_its_turn_back_however_it_ends(end: Callable[[], None]):
    def end_then_wait() -> None:
        end()
        # The connection is still open but for `close`: nothing else would let the next one go on.
        assert together([partial(write, "next")]) == [None]

    assert together([end_then_wait]) == [None]
    assert writers() == ["next"]
