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

HAND_OVER_SECONDS = 2.0

_tasks: set[asyncio.Task[None]] = set()
_answers: dict[asyncio.Task[Any], Run] = {}
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
    """Let what is being written here come to its end, and cut what takes longer than so many seconds.

    Answers that are cut are handed to people at once: nobody would finish them.
    """
    loop = asyncio.get_running_loop()
    writing = {task for task in _tasks if task.get_loop() is loop}
    late = await _wait(writing, seconds)
    for task in late:
        if task in _answers:
            _answers[task].interrupt()
        else:
            task.cancel()
    for task in await _wait(late, HAND_OVER_SECONDS):
        task.cancel()
    await _wait(late, None)


async def _wait(tasks: set[asyncio.Task[None]], seconds: float | None) -> set[asyncio.Task[None]]:
    return (await asyncio.wait(tasks, timeout=seconds))[1] if tasks else set()


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
    run = Run(turn)
    giving = asyncio.create_task(run.answer())
    on_behalf = asyncio.current_task()
    assert on_behalf is not None
    _answers[on_behalf] = run
    process.hub.streams.begin_own(turn.conversation_id, turn.stream, turn.conversation.version, giving.cancel)
    leases.hold(turn, giving.cancel)
    try:
        await asyncio.wait([giving])
        return None if giving.cancelled() else giving.result()
    finally:
        del _answers[on_behalf]
        giving.cancel()
        await asyncio.wait([giving])
        leases.release(turn)
        process.hub.streams.end_own(turn.conversation_id, turn.stream)
