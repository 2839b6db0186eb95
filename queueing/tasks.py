"""What Celery does for the queues: it ticks, and nothing else."""

import threading

from celery import shared_task
from django.utils import timezone

from queueing import timers

TICK_SECONDS = 4
"""How long one tick may fire before it says that it is alive; the next goes on with the rest."""

# However much is due, one of the worker's threads fires it and the others do what else there is.
_firing = threading.Lock()


@shared_task(name="queueing.tick", ignore_result=True, expires=5)
def tick() -> int:
    """Fire the timers that are due; return how many."""
    if not _firing.acquire(blocking=False):
        return 0
    try:
        return timers.fire_due(timezone.now(), seconds=TICK_SECONDS)
    finally:
        _firing.release()
