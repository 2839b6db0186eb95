"""Group commit: whatever is pending is written in one transaction, by one thread with its own connection."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import defaultdict, deque
from concurrent.futures import Future
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection

from accounts.futures import settle
from chat.errors import HelpdeskError, InvalidInput, Unavailable
from chat.message_writer import batch
from chat.message_writer.requests import Answer, Request

log = structlog.get_logger(__name__)

MAX_BATCH = 1000
PATIENCE = 0.5
"""For which part of the time that the last transaction took its senders are waited for."""
Outcome = Answer | HelpdeskError


class MessageWriter:
    """Takes requests from any thread or event loop and answers when they have been committed.

    While one transaction commits, the next requests gather: a hundred senders share one disk
    flush. Requests are written in the order in which they were submitted.
    """

    def __init__(self) -> None:
        self._pending: deque[tuple[Request, asyncio.Future[Any] | Future[Any]]] = deque()
        self._wake = threading.Event()
        self._woken_by: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    async def submit(self, request: Request) -> Answer:
        """Write a request; returns when it is durable.

        Raises the `HelpdeskError` with which the batch answers it, and `Unavailable` when the
        database is gone: whether it was stored is then unknown, and resending is right.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._pending.append((request, future))
        if self._woken_by is not loop:
            # Once for all that is submitted in this turn of the loop: until it ends, the writer's thread
            # could only take the interpreter's lock away from it.
            self._woken_by = loop
            loop.call_soon(self._wake_up)
        return await future

    def submit_and_wait(self, request: Request) -> Answer:
        """As `submit`, for a thread without an event loop."""
        future: Future[Answer] = Future()
        self._pending.append((request, future))
        self._wake_up()
        return future.result()

    def _wake_up(self) -> None:
        self._woken_by = None
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="message-writer", daemon=True)
                    self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        try:
            while True:
                self._wait(1, None)
                self._write_all()
        finally:
            self._thread = None  # the next request starts another

    def _write_all(self) -> None:
        """Write until nobody sends any more."""
        while self._pending:
            taken = [self._pending.popleft() for _ in range(min(len(self._pending), MAX_BATCH))]
            began = time.monotonic()
            outcomes = _write([request for request, _ in taken])
            took, waiting = time.monotonic() - began, len(self._pending)
            _answer(taken, outcomes)
            # Who has just been answered often has more to say. Without waiting for them, those who came
            # during a transaction and those who were in it would take turns in small ones for ever.
            self._wait(min(len(taken) + waiting, MAX_BATCH), took * PATIENCE)

    def _wait(self, count: int, seconds: float | None) -> None:
        """Wait until so many requests are pending, but no longer than this."""
        end = None if seconds is None else time.monotonic() + seconds
        while len(self._pending) < count and (end is None or end > time.monotonic()):
            self._wake.wait(None if end is None else max(end - time.monotonic(), 0))
            self._wake.clear()


def _write(requests: list[Request]) -> list[Outcome]:
    """Write all in one transaction; where that fails, each alone, so that one bad request fails alone."""
    try:
        return _commit(requests)
    except (OperationalError, InterfaceError) as error:
        log.error(
            "messages_not_written", error=type(error).__name__, detail=str(error)[:200], count=len(requests)
        )
        refusal = Unavailable("The message could not be stored just now. Please try again.")
        return [refusal for _ in requests]
    except Exception as error:
        if len(requests) > 1:
            return [outcome for request in requests for outcome in _write([request])]
        log.exception("message_not_written", error=type(error).__name__)
        return [InvalidInput("This message cannot be stored.")]


def _commit(requests: list[Request]) -> list[Outcome]:
    try:
        return list(batch.commit(requests))
    except (OperationalError, InterfaceError):
        # The connection broke, or two processes waited for each other's locks: once more, on a new
        # connection. A commit whose answer was lost is safe to repeat only for requests with a
        # clientMessageId; without one the sender could not have told a retry either.
        connection.close()
        return list(batch.commit(requests))


def _answer(taken: list[tuple[Request, Any]], outcomes: list[Outcome]) -> None:
    """Hand out the answers: one wake-up for each event loop, not one for each request."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Outcome]]] = defaultdict(
        list
    )
    for (_, future), outcome in zip(taken, outcomes, strict=True):
        if isinstance(future, Future):
            settle(future, outcome)
        else:
            by_loop[future.get_loop()].append((future, outcome))
    for loop, resolved in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_all, resolved)


def _settle_all(resolved: list[tuple[asyncio.Future[Any], Outcome]]) -> None:
    for future, outcome in resolved:
        settle(future, outcome)


writer = MessageWriter()


def _forget_after_fork() -> None:
    writer.__init__()  # type: ignore[misc]


os.register_at_fork(after_in_child=_forget_after_fork)
