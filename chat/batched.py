"""Reads of many callers in one go: a process is started, and a thousand clients come back at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import DatabaseError

from accounts.futures import settle
from chat.threads import in_database_thread

Q = TypeVar("Q")
A = TypeVar("A")

AT_ONCE = 3
"""How many reads of one kind are under way at a time, at most."""
PATIENCE_SECONDS = 0.1
"""How long a question waits for the read that is under way before another is begun."""
AT_MOST = 100
"""How many questions one read answers."""


class Batched(Generic[Q, A]):
    """Asks for everybody who waits in one call, in a database thread.

    `read` takes questions and answers each in its place: an answer, or the exception for who asked. What is
    asked while a read is under way goes with the next one. So nobody is told what was read before it asked,
    who comes alone waits for nobody, and the more come, the less each costs. A long read holds up nobody for
    more than PATIENCE_SECONDS, as long as there are no AT_ONCE.
    """

    def __init__(self, read: Callable[[Sequence[Q]], Sequence[A | Exception]]) -> None:
        self._read = read
        self._waiting: _Waiting[Q, A] | None = None

    async def ask(self, question: Q) -> A:
        """Return the answer to a question, or raise what is the answer, or whatever `read` raises."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting
        if waiting is None or waiting.loop is not loop:
            waiting = self._waiting = _Waiting(loop, self._answer)
        return await waiting.put(question)

    def _answer(self, questions: Sequence[Q]) -> Sequence[A | Exception]:
        try:
            return self._read(questions)
        except DatabaseError as error:
            return [error] * len(questions)
        except Exception as error:
            if len(questions) == 1:
                return [error]
            # Whatever is wrong with one of these, the others do not suffer from it.
            half = len(questions) // 2
            return [*self._answer(questions[:half]), *self._answer(questions[half:])]


class _Waiting(Generic[Q, A]):
    """The questions that one event loop's callers wait to have answered."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, answer: Callable[[Sequence[Q]], Sequence[A | Exception]]
    ) -> None:
        self.loop = loop
        self._answer = answer
        self._questions: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._reading: set[asyncio.Task[None] | None] = set()
        self._impatience: asyncio.TimerHandle | None = None

    def put(self, question: Q) -> asyncio.Future[A]:
        """Return what the answer will come to."""
        answer: asyncio.Future[A] = self.loop.create_future()
        self._questions.append((question, answer))
        if not self._reading:
            self._begin()
        elif self._impatience is None:
            self._impatience = self.loop.call_later(PATIENCE_SECONDS, self._waited)
        return answer

    def _waited(self) -> None:
        self._impatience = None
        if self._questions and len(self._reading) < AT_ONCE:
            self._begin()

    def _begin(self) -> None:
        self._reading.add(self.loop.create_task(self._read()))

    async def _read(self) -> None:
        # This began a turn of the loop after the first question: what came in the same turn goes with it.
        while self._questions:
            batch = [self._questions.popleft() for _ in range(min(len(self._questions), AT_MOST))]
            try:
                answers = await in_database_thread(self._answer, [question for question, _ in batch])
            except Exception as error:
                answers = [error] * len(batch)
            for (_, waits), answer in zip(batch, answers, strict=True):
                settle(waits, answer)
        # Now, and not when the task is done, which is later: who asks in between would wait for ever.
        self._reading.remove(asyncio.current_task())
