"""Asking one agent whether it takes an item."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Offer(models.Model):
    """An item offered to an agent: out of a queue, or by the agent who has it.

    A request that was declined or not answered stays until its item leaves the line or a new round of asking
    begins, so that nobody is asked twice in a round.
    """

    class Kind(models.TextChoices):
        """Where the item comes from."""

        REQUEST = "request", "Out of a queue"
        TRANSFER = "transfer", "From another agent"

    class State(models.TextChoices):
        """What became of it; one that is accepted is gone."""

        PENDING = "pending", "Pending"
        DECLINED = "declined", "Declined"
        TIMED_OUT = "timed_out", "Timed out"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="offers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "user"], name="one_offer_of_an_item_to_an_agent"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state="pending"), name="one_agent_asked_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.user} ({self.state})"
