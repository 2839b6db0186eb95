"""What agents write for each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.ids import new_id
from chat.models.conversation import Conversation
from chat.models.message import MAX_CLIENT_MESSAGE_ID_CHARACTERS, MAX_TEXT_CHARACTERS


class Note(models.Model):
    """An internal note (SPEC §4): a row of its own, so that customers see no hole in their `seq`.

    `after_seq` is the last message that stood there when it was written.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    version = models.PositiveIntegerField()
    after_seq = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField(max_length=MAX_TEXT_CHARACTERS)
    client_message_id = models.CharField(max_length=MAX_CLIENT_MESSAGE_ID_CHARACTERS, null=True)  # noqa: DJ001 NULLs are distinct in the unique constraint
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "author", "client_message_id"], name="one_note_of_a_client_id"
            ),
        ]
        indexes = [models.Index(fields=["conversation", "version"])]

    def __str__(self) -> str:
        return f"{self.author} in {self.conversation_id}"
