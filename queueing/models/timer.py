"""Something that is due at a time."""

from __future__ import annotations

from django.db import models


class Timer(models.Model):
    """Something that is due at a time: a row, so that no crash loses it. It is deleted when it has fired."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_timer_of_a_kind")]
        indexes = [models.Index(fields=["key"], name="timers_of_an_item")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.key}"
