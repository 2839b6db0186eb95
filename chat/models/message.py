"""What was said."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.ids import new_id
from chat.models.conversation import Conversation

MAX_TEXT_CHARACTERS = 10_000
MAX_CLIENT_MESSAGE_ID_CHARACTERS = 64


class MessageType(models.TextChoices):
    """Kinds of messages (SPEC §4)."""

    TEXT = "text", "Text"
    SYSTEM = "system", "System"


class Message(models.Model):
    """One message. Rows are inserted by `chat.message_writer` alone, which numbers them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    type = models.CharField(max_length=10, choices=MessageType.choices, default=MessageType.TEXT)
    text = models.TextField(max_length=MAX_TEXT_CHARACTERS)
    client_message_id = models.CharField(max_length=MAX_CLIENT_MESSAGE_ID_CHARACTERS, null=True)  # noqa: DJ001 NULLs are distinct in the unique constraint
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_message_of_a_seq"),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_message_id"], name="one_message_of_a_client_id"
            ),
        ]
        indexes = [models.Index(fields=["conversation", "version"])]

    def __str__(self) -> str:
        return f"#{self.seq} of {self.conversation_id}"
