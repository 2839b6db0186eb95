"""Reads of many callers in one go, in real threads of the database's."""

import asyncio
import threading

import pytest
from django.db import OperationalError

from chat import batched
from chat.batched import Batched
from chat.errors import NotFound

PATIENCE_SECONDS = 30


class Source:
    """Answers questions with their squares, held up while it is closed; notes what it was asked together."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.open = threading.Event()
        self.open.set()

    def read(self, questions):
        self.asked.append(list(questions))
        assert self.open.wait(PATIENCE_SECONDS)
        if None in questions:
            raise TypeError("a question that breaks every read it is in")
        return [NotFound("no such number") if question < 0 else question**2 for question in questions]


@pytest.fixture
def source():
    return Source()


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 a thread says nothing to the loop
            await asyncio.sleep(0.001)


async def test_what_is_asked_during_a_read_goes_with_the_next_and_never_with_the_one_under_way(
    source, monkeypatch
):
    monkeypatch.setattr(batched, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    squares = Batched(source.read)
    source.open.clear()
    first = asyncio.create_task(squares.ask(2))
    await until(lambda: source.asked)
    others = [asyncio.create_task(squares.ask(number)) for number in range(3, 30)]
    await asyncio.sleep(0)
    source.open.set()
    assert await first == 4
    assert await asyncio.gather(*others) == [number**2 for number in range(3, 30)]
    assert source.asked == [[2], list(range(3, 30))]
    assert await squares.ask(5) == 25, "and one more, when nothing is under way"


async def test_many_who_ask_at_the_same_moment_are_answered_in_portions(source, monkeypatch):
    monkeypatch.setattr(batched, "AT_MOST", 40)
    squares = Batched(source.read)
    assert await asyncio.gather(*map(squares.ask, range(100))) == [number**2 for number in range(100)]
    assert [len(questions) for questions in source.asked] == [40, 40, 20]


async def test_a_read_that_takes_long_does_not_hold_up_who_comes_later(source):
    squares = Batched(source.read)
    source.open.clear()
    slow = asyncio.create_task(squares.ask(2))
    await until(lambda: source.asked)
    quick = asyncio.create_task(squares.ask(3))
    await until(lambda: [3] in source.asked)
    assert not slow.done()
    source.open.set()
    assert await asyncio.gather(slow, quick) == [4, 9]


async def test_everyone_gets_its_own_refusal_and_whoever_goes_away_harms_nobody(source):
    squares = Batched(source.read)
    source.open.clear()
    blocking = asyncio.create_task(squares.ask(1))
    await until(lambda: source.asked)
    asked = [asyncio.create_task(squares.ask(number)) for number in (2, -1, 3, 4)]
    await asyncio.sleep(0)
    asked[2].cancel()
    source.open.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert await blocking == 1
    assert [type(answer) for answer in answers] == [int, NotFound, asyncio.CancelledError, int]
    assert (answers[0], answers[3]) == (4, 16)


async def test_one_question_that_breaks_a_read_spoils_nobody_elses_answer(source):
    squares = Batched(source.read)
    answers = await asyncio.gather(*map(squares.ask, [1, 2, None, 3, 4]), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, Exception)] == [1, 4, 9, 16]
    assert isinstance(answers[2], TypeError)


async def test_a_database_that_does_not_answer_is_asked_once_for_all():
    calls = []

    def read(questions):
        calls.append(len(questions))
        raise OperationalError("the database is gone")

    nothing = Batched(read)
    answers = await asyncio.gather(*map(nothing.ask, range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {OperationalError}
    assert calls == [20]
