"""How long a conversation may wait for people, and the timers that watch it (SPEC §8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError

from chat.models import Conversation
from queueing import line, timers
from queueing.models import Queue

QUEUE_TIMEOUT = "queue-timeout"
RELAX_SKILLS = "relax-skills"
NEW_ROUND = "new-round"
"""When everyone who could be asked has refused: the moment to ask them all again."""


def watch(conversation: Conversation, *, now: datetime) -> None:
    """Begin to watch a conversation that has entered a line; inside the caller's transaction."""
    queue, key = conversation.queue, str(conversation.id)
    assert queue is not None
    due = {QUEUE_TIMEOUT: now + timeout_after(queue)}
    if conversation.required_skills and queue.relax_skills_after_seconds:
        since = conversation.queued_at or now
        due[RELAX_SKILLS] = since + timedelta(seconds=queue.relax_skills_after_seconds)
    timers.arm_all(key, due)


def timeout_after(queue: Queue) -> timedelta:
    """How long a customer waits before the ticket form is offered."""
    return timedelta(seconds=queue.queue_timeout_seconds or settings.QUEUE_TIMEOUT_SECONDS)


def answer_after(queue: Queue | None) -> timedelta:
    """How long an agent is asked whether it takes a chat."""
    chosen = queue.answer_timeout_seconds if queue else None
    return timedelta(seconds=chosen or settings.ANSWER_TIMEOUT_SECONDS)


def relax_skills(key: str, now: datetime) -> None:
    """Let agents without the skills take what has waited long enough for one who has them.

    Raises `TryLater` while somebody is just taking it.
    """
    try:
        line.relax(key)
    except OperationalError:
        raise timers.TryLater from None
