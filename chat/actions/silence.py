"""What happens when nobody writes any more: first a warning, then the chat is closed (SPEC §8).

A message does not move the timers, which would cost it a write. A timer that comes due looks when
somebody last wrote, and is armed again for the rest of the time.
"""

from __future__ import annotations

from datetime import datetime

from chat import fanout
from chat.actions import inactivity, timed
from chat.actions.conversations import close_now
from chat.events import InactivityWarned
from chat.models import Status
from queueing import timers


def warn_if_silent(key: str, now: datetime) -> None:
    """Tell both sides when the chat will close, once for each silence."""
    conversation = timed.lock(key, Status.OPEN)
    if conversation is None:
        return
    silent_since = inactivity.last_activity(conversation)
    due = silent_since + inactivity.warning_after(conversation)
    if now < due:
        timers.arm(inactivity.WARNING, key, due)
        return
    timers.arm(inactivity.WARNING, key, now + inactivity.warning_after(conversation))
    warned = conversation.inactivity_warned_at
    if warned is None or warned < silent_since:
        conversation.inactivity_warned_at = now
        conversation.save(update_fields=["inactivity_warned_at"])
        closes_at = silent_since + inactivity.close_after(conversation)
        fanout.publish_on_commit(InactivityWarned(key, closes_at))


def close_if_silent(key: str, now: datetime) -> None:
    """Close the chat, in the name of the system."""
    conversation = timed.lock(key, Status.OPEN, Status.RESOLVED)
    if conversation is None:
        return
    due = inactivity.last_activity(conversation) + inactivity.close_after(conversation)
    if now < due:
        timers.arm(inactivity.CLOSE, key, due)
        return
    close_now(
        conversation, actor=None, reason="inactivity", says="Closed because nobody wrote any more", now=now
    )
