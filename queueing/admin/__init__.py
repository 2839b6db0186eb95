"""Queues, skills, and who serves, in the admin site; what waits is shown by the app that knows what it is."""

from queueing.admin.people import ServingUserAdmin
from queueing.admin.queues import QueueAdmin
from queueing.admin.skills import SkillAdmin

__all__ = ["QueueAdmin", "ServingUserAdmin", "SkillAdmin"]
