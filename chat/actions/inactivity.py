"""How long a chat may be silent, and the timers that watch it (SPEC §8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from chat.actions import typing_hints
from chat.models import Conversation
from queueing import timers

WARNING = "inactivity-warning"
CLOSE = "inactivity-close"


def watch(conversation: Conversation, *, now: datetime) -> None:
    """Begin to watch a chat that an agent has taken; inside the caller's transaction."""
    due = {WARNING: now + warning_after(conversation), CLOSE: now + close_after(conversation)}
    timers.arm_all(str(conversation.id), due)


def last_activity(conversation: Conversation) -> datetime:
    """When somebody last said something in a chat, or typed."""
    typed = typing_hints.last_typed(str(conversation.id))
    return max(conversation.last_activity_at, typed or conversation.last_activity_at)


def warning_after(conversation: Conversation) -> timedelta:
    """How long nobody may write before the warning."""
    chosen = conversation.queue.inactivity_warning_seconds if conversation.queue else None
    return timedelta(seconds=chosen or settings.INACTIVITY_WARNING_SECONDS)


def close_after(conversation: Conversation) -> timedelta:
    """How long nobody may write before the chat is closed."""
    chosen = conversation.queue.inactivity_close_seconds if conversation.queue else None
    return timedelta(seconds=chosen or settings.INACTIVITY_CLOSE_SECONDS)
