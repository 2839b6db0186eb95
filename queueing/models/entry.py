"""What waits."""

from __future__ import annotations

from django.db import models

from queueing.models.queue import Queue

MAX_SKILLS = 5
"""How many skills an item may need."""


class Lane(models.Model):
    """The part of a queue's line that needs the same skills; `waiting` counts it.

    An agent looks at the first items of the lanes that it may take, whatever stands in the others: so a pick
    costs the same however long the line is.
    """

    id = models.BigAutoField(primary_key=True)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="lanes")
    skills = models.CharField(max_length=255, blank=True, help_text="Their names in order, between commas.")
    waiting = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "skills"], name="one_lane_of_the_same_skills")
        ]

    def __str__(self) -> str:
        return f"{self.queue} ({self.skills or 'anybody'})"


class Entry(models.Model):
    """An item that waits. The line's order is priority first, then the longest wait (`policy.ORDER`)."""

    id = models.BigAutoField(primary_key=True)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="entries", db_index=False)
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="entries", db_index=False)
    key = models.CharField(max_length=64, unique=True)
    priority = models.SmallIntegerField(default=0)
    waiting_since = models.DateTimeField()

    class Meta:
        verbose_name = "waiting item"
        indexes = [
            models.Index(fields=["queue", "-priority", "waiting_since", "id"], name="entry_line_order"),
            models.Index(fields=["lane", "-priority", "waiting_since", "id"], name="entry_lane_order"),
            models.Index(fields=["queue", "waiting_since"], name="entry_longest_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.key} in {self.queue}"
