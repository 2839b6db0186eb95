"""The shell: settings, URLs, ASGI, Celery and the commands that run the helpdesk."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
