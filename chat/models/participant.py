"""Who takes part in a conversation, and how far each has read."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from chat.models.conversation import Conversation


class Participant(models.Model):
    """A person in a conversation. `read_seq` is the last message it has read (SPEC §4).

    `joined_change` places its coming among the organization's changes (`ChangeCounter`): what was said before
    is new to it from then on.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="participations", db_index=False
    )
    read_seq = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    joined_change = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="one_participation")]
        indexes = [models.Index(fields=["user", "joined_change"], name="participations_by_coming")]

    def __str__(self) -> str:
        return f"{self.user} in {self.conversation_id}"
