"""What is done when a timer of a conversation is due."""

from __future__ import annotations

from chat.actions import absent_agents, asking, inactivity, offers, queue_timeout, silence, waiting
from queueing import timers
from queueing.offers import TIMEOUT


def register_timers() -> None:
    """Name the function for each kind of timer."""
    timers.register(inactivity.WARNING, silence.warn_if_silent)
    timers.register(inactivity.CLOSE, silence.close_if_silent)
    timers.register(TIMEOUT, offers.time_out)
    timers.register(waiting.NEW_ROUND, lambda key, now: asking.begin_round(key))
    timers.register(waiting.QUEUE_TIMEOUT, queue_timeout.time_out)
    timers.register(waiting.RELAX_SKILLS, waiting.relax_skills)
    timers.register(absent_agents.GONE, absent_agents.return_if_gone)
