"""What happens when nobody takes a waiting chat in time (SPEC §3, §8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts import absence
from chat.actions import timed, transitions, waiting
from chat.actions.conversations import close_now
from queueing import timers


def time_out(key: str, now: datetime) -> None:
    """Offer the ticket form to a customer who is here, once; close the chat of one who is gone for good.

    Who is here goes on waiting and is looked at again, and so is somebody who has just gone or of whom
    nobody can tell.
    """
    conversation = timed.lock_waiting(key)
    if conversation is None:
        return
    grace = timedelta(seconds=settings.AGENT_GRACE_SECONDS)
    gone = absence.absent_since([conversation.customer_id], now) or {}
    gone_since = gone.get(conversation.customer_id)
    if gone_since is not None and gone_since + grace <= now:
        says = "Closed because nobody could take the chat and the customer had left"
        close_now(conversation, actor=None, reason="queue-timeout", says=says, now=now)
        return
    timers.arm(waiting.QUEUE_TIMEOUT, key, (gone_since or now) + grace)
    if conversation.queue_timed_out_at is None:
        conversation.queue_timed_out_at = now
        conversation.save(update_fields=["queue_timed_out_at"])
        transitions.touch(conversation, "queue-timeout", now=now)
