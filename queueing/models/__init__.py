"""Queues, who serves them, what waits in them, to whom it is offered, and timers.

An item is known here by its key alone; what it is, only the app above knows.
"""

from queueing.models.agent import Agent, Member, Skill
from queueing.models.entry import Entry, Lane
from queueing.models.offer import Offer
from queueing.models.queue import OpeningHours, Queue
from queueing.models.timer import Timer

__all__ = ["Agent", "Entry", "Lane", "Member", "Offer", "OpeningHours", "Queue", "Skill", "Timer"]
