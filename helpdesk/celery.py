"""The Celery application: it only ticks, what is due is decided by rows in the database.

Worker and beat load it, and nobody else: a web process sends no tasks and starts the sooner without it.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_success

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

TICK = "queueing.tick"

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]
def use_our_logging(**_: Any) -> None:
    """Keep the logging that Django's settings configured; without a receiver Celery would set up its own."""


@task_success.connect  # type: ignore[untyped-decorator]
def note_worker_is_alive(sender: Any, **_: Any) -> None:
    """Tell `/readyz` that beat, broker and worker carried a tick all the way through."""
    if sender.name == TICK:
        from helpdesk.health import note_worker_heartbeat

        note_worker_heartbeat()
