"""What is done when a timer of a conversation is due."""

from __future__ import annotations

from datetime import datetime

from chat.actions import absent_agents, asking, inactivity, offers, queue_timeout, silence, timed, waiting
from queueing import timers
from queueing.offers import TIMEOUT


def begin_round(key: str, now: datetime) -> None:
    """Ask everyone again for a chat that still waits."""
    if timed.lock_place(key):
        asking.begin_round(key)


def register_timers() -> None:
    """Name the function for each kind of timer."""
    timers.register(inactivity.WARNING, silence.warn_if_silent)
    timers.register(inactivity.CLOSE, silence.close_if_silent)
    timers.register(TIMEOUT, offers.time_out)
    timers.register(waiting.NEW_ROUND, begin_round)
    timers.register(waiting.QUEUE_TIMEOUT, queue_timeout.time_out)
    timers.register(waiting.RELAX_SKILLS, waiting.relax_skills)
    timers.register(absent_agents.GONE, absent_agents.return_if_gone)
