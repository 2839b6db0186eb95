"""What Celery does for the queues: it ticks, and nothing else."""

from celery import shared_task
from django.utils import timezone

from queueing import timers


@shared_task(name="queueing.tick", ignore_result=True, expires=5)
def tick() -> int:
    """Fire the timers that are due; return how many."""
    return timers.fire_due(timezone.now())
