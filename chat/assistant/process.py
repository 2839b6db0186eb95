"""The assistant's part of a process: its answers, as tasks of the event loop that delivers to sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog

from chat import fanout
from chat.actions import answering, answering_hooks
from chat.actions.answering import Turn
from chat.assistant import summary
from chat.assistant.leases import Leases
from chat.assistant.run import Run
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

_tasks: set[asyncio.Task[None]] = set()
_leases: WeakKeyDictionary[asyncio.AbstractEventLoop, Leases] = WeakKeyDictionary()


def listen() -> None:
    """Answer when a customer of this process is owed an answer, and sum up when people take over."""
    answering_hooks.register(on_owed=_answer_soon, on_taken=_sum_up_soon)


def _answer_soon(conversation_id: UUID) -> None:
    _run_soon(answer(conversation_id))


def _sum_up_soon(conversation_id: UUID) -> None:
    _run_soon(summary.write(conversation_id))


def _run_soon(work: Coroutine[Any, Any, None]) -> None:
    loop = fanout.of_process().loop
    loop.call_soon_threadsafe(_begin, work)


def _begin(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def finish(seconds: float) -> None:
    """Let what is being written here come to its end, and cut what takes longer than so many seconds."""
    loop = asyncio.get_running_loop()
    writing = [task for task in _tasks if task.get_loop() is loop]
    if writing:
        _, late = await asyncio.wait(writing, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.wait(writing)


async def answer(conversation_id: UUID) -> None:
    """Answer in a conversation until nothing is owed; nothing where somebody else does."""
    try:
        turn = await in_database_thread(answering.take_turn, conversation_id)
        while turn is not None:
            turn = await _answer_once(turn)
    except asyncio.CancelledError:
        raise
    except Exception:
        # The lease ends, and people take over.
        log.exception("assistant_turn_failed", conversation_id=str(conversation_id))


async def _answer_once(turn: Turn) -> Turn | None:
    """Give one answer in a task of its own, which is cancelled when somebody else has the chat."""
    process = fanout.of_process()
    leases = _leases.setdefault(process.loop, Leases())
    run = asyncio.create_task(Run(turn).answer())
    process.hub.streams.begin_own(turn.conversation_id, turn.stream, turn.conversation.version, run.cancel)
    leases.hold(turn, run.cancel)
    try:
        await asyncio.wait([run])
        return None if run.cancelled() else run.result()
    finally:
        run.cancel()
        await asyncio.wait([run])
        leases.release(turn)
        process.hub.streams.end_own(turn.conversation_id, turn.stream)
