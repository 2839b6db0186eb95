"""What Celery does for the chat: shells that call actions."""

from celery import shared_task

from chat.actions import people


@shared_task(name="chat.tell_vanished", ignore_result=True, expires=5)
def tell_vanished() -> int:
    """Tell of the people whose process died."""
    return people.tell_vanished()
