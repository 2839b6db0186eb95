"""Queues, who serves them, what waits in them, and the timers of waiting items.

An item is known here by its key alone; what it is, only the app above knows.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from accounts.ids import new_id
from accounts.models import Organization


class Queue(models.Model):
    """A waiting line of an organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="queues")
    name = models.CharField(max_length=80)
    is_default = models.BooleanField(
        default=False, help_text="Takes the chats for which nobody named a queue."
    )
    inactivity_warning_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: the installation's default.",
    )
    inactivity_close_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: the installation's default.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_queue_of_a_name"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="one_default_queue"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Somebody who serves a queue."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queue_memberships"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "user"], name="one_membership_in_a_queue")]

    def __str__(self) -> str:
        return f"{self.user} in {self.queue}"


class Entry(models.Model):
    """An item that waits. The line's order is priority first, then the longest wait (`policy.ORDER`)."""

    id = models.BigAutoField(primary_key=True)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(max_length=64, unique=True)
    priority = models.SmallIntegerField(default=0)
    waiting_since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["queue", "-priority", "waiting_since", "id"], name="entry_line_order")
        ]

    def __str__(self) -> str:
        return f"{self.key} in {self.queue}"


class Timer(models.Model):
    """Something that is due at a time: a row, so that no crash loses it. It is deleted when it has fired."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_timer_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.key}"
