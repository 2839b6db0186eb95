"""Waiting lines and timers, for items of any kind."""

from django.apps import AppConfig


class QueueingConfig(AppConfig):
    name = "queueing"
    verbose_name = "Queues"
