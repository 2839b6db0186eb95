"""What Celery does for the chat: shells that call actions."""

import threading

from celery import shared_task
from django.utils import timezone

from chat.actions import absent_agents, answering, asking, assistant_usage, media, outgoing_mail, people

# A mail server that does not answer holds one of the worker's threads, not all.
_sending = threading.Lock()


@shared_task(name="chat.tell_vanished", ignore_result=True, expires=5)
def tell_vanished() -> int:
    """Tell of the people whose process died."""
    return people.tell_vanished()


@shared_task(name="chat.watch_agents", ignore_result=True, expires=5)
def watch_agents() -> int:
    """See which agents with open chats are not here; return how many chats wait for them."""
    return absent_agents.watch(timezone.now())


@shared_task(name="chat.ask_agents", ignore_result=True, expires=5)
def ask_agents() -> int:
    """Ask agents for what waits, where whoever should have asked died before; return how many were asked."""
    return asking.ask_everywhere()


@shared_task(name="chat.hand_over_unanswered", ignore_result=True, expires=5)
def hand_over_unanswered() -> int:
    """Let people answer where the assistant was interrupted; return how many chats they got."""
    return answering.hand_over_overdue(timezone.now())


@shared_task(name="chat.send_mails", ignore_result=True, expires=5)
def send_mails() -> int:
    """Send the mails that are due; return how many were sent."""
    if not _sending.acquire(blocking=False):
        return 0
    try:
        return outgoing_mail.send_due()
    finally:
        _sending.release()


@shared_task(name="chat.forget_mails", ignore_result=True, expires=3600)
def forget_mails() -> int:
    """Remove what old mails said; return of how many."""
    return outgoing_mail.forget_content(timezone.now())


@shared_task(name="chat.forget_usage", ignore_result=True, expires=3600)
def forget_usage() -> int:
    """Remove what assistants used on days long past; return how many counts."""
    return assistant_usage.forget_old(timezone.now())


@shared_task(name="chat.remove_old_media", ignore_result=True, expires=600)
def remove_old_media() -> int:
    """Remove files that were not sent or whose message was deleted; return how many."""
    now = timezone.now()
    return media.remove_unsent(now) + media.remove_deleted(now)
