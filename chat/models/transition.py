"""The audit trail: every change of a conversation's state."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from chat.models.conversation import Conversation
from queueing.models import Queue


class Transition(models.Model):
    """One step in a conversation's life: who, when, from where, to where (SPEC §3)."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="transitions")
    kind = models.CharField(max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Empty: the system.",
    )
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    from_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    to_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    from_queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, related_name="+")
    to_queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            # The latest times that agents of a queue have handled chats.
            models.Index(
                fields=["from_queue", "-id"],
                condition=models.Q(from_agent__isnull=False, from_status="open"),
                name="ends_of_handling",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.from_status or '–'} → {self.to_status}"
