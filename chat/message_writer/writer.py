"""Group commit: whatever is pending is written in one transaction, by one thread with its own connection."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import defaultdict
from concurrent.futures import Future
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection

from chat.errors import HelpdeskError, InvalidInput, Unavailable
from chat.message_writer import batch
from chat.message_writer.requests import Answer, Request

log = structlog.get_logger(__name__)

MAX_BATCH = 1000
Outcome = Answer | HelpdeskError


class MessageWriter:
    """Takes requests from any thread or event loop and answers when they have been committed.

    While one transaction commits, the next requests gather: a hundred senders share one disk
    flush. Requests are written in the order in which they were submitted.
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Request, asyncio.Future[Any] | Future[Any]]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    async def submit(self, request: Request) -> Answer:
        """Write a request; returns when it is durable.

        Raises the `HelpdeskError` with which the batch answers it, and `Unavailable` when the
        database is gone: whether it was stored is then unknown, and resending is right.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._add(request, future)
        return await future

    def submit_and_wait(self, request: Request) -> Answer:
        """As `submit`, for a thread without an event loop."""
        future: Future[Answer] = Future()
        self._add(request, future)
        return future.result()

    def _add(self, request: Request, future: asyncio.Future[Any] | Future[Any]) -> None:
        with self._wake:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="message-writer", daemon=True)
                self._thread.start()
            self._pending.append((request, future))
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._pending:
                    self._wake.wait()
                taken, self._pending = self._pending[:MAX_BATCH], self._pending[MAX_BATCH:]
            _answer(taken, _write([request for request, _ in taken]))


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
            _resolve(future, outcome)
        else:
            by_loop[future.get_loop()].append((future, outcome))
    for loop, resolved in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve_all, resolved)


def _resolve_all(resolved: list[tuple[asyncio.Future[Any], Outcome]]) -> None:
    for future, outcome in resolved:
        _resolve(future, outcome)


def _resolve(future: Any, outcome: Outcome) -> None:
    if future.done():
        return  # its connection went away; what was stored stays stored
    if isinstance(outcome, HelpdeskError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


writer = MessageWriter()


def _forget_after_fork() -> None:
    writer.__init__()  # type: ignore[misc]


os.register_at_fork(after_in_child=_forget_after_fork)
