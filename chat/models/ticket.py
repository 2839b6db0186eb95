"""What a visitor leaves when nobody answers."""

from __future__ import annotations

from django.db import models

from accounts.ids import new_id
from accounts.models import Organization, Widget

MAX_DESCRIPTION_CHARACTERS = 5_000


class Ticket(models.Model):
    """A missed chat: who wanted what, and how to reach them (SPEC §7 `POST tickets`)."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tickets")
    widget = models.ForeignKey(Widget, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    description = models.TextField(max_length=MAX_DESCRIPTION_CHARACTERS)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "status", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.name}, {self.created_at:%Y-%m-%d}"
