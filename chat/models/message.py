"""What was said."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.ids import new_id
from chat.models.conversation import Conversation
from chat.models.media import Media

MAX_TEXT_CHARACTERS = 10_000
MAX_CLIENT_MESSAGE_ID_CHARACTERS = 64


class MessageType(models.TextChoices):
    """Kinds of messages (SPEC §4)."""

    TEXT = "text", "Text"
    IMAGE = "image", "Image"
    AUDIO = "audio", "Audio"
    VIDEO = "video", "Video"
    SYSTEM = "system", "System"


class Message(models.Model):
    """One message. Rows are inserted by `chat.message_writer` alone, which numbers them.

    `version` is the conversation's at its last change, `created_version` the one that made it; `change` is
    the organization's (`ChangeCounter`). A deleted message keeps its place and loses its text and media.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraints below begin with the conversation.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    created_version = models.PositiveIntegerField(default=0)
    change = models.BigIntegerField(default=0)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    type = models.CharField(max_length=10, choices=MessageType.choices, default=MessageType.TEXT)
    text = models.TextField(max_length=MAX_TEXT_CHARACTERS, blank=True)
    # Few have one: see the index below.
    media = models.ForeignKey(
        Media, on_delete=models.PROTECT, null=True, blank=True, related_name="messages", db_index=False
    )
    client_message_id = models.CharField(max_length=MAX_CLIENT_MESSAGE_ID_CHARACTERS, null=True)  # noqa: DJ001 NULLs are distinct in the unique constraint
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_message_of_a_seq"),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_message_id"], name="one_message_of_a_client_id"
            ),
        ]
        # Each is written with every message, in a page that no other of a transaction's conversations shares.
        indexes = [
            # Unread messages are counted in it alone.
            models.Index(fields=["conversation", "seq", "sender"], name="messages_by_sender"),
            models.Index(fields=["conversation", "change"]),
            models.Index(
                fields=["conversation", "seq"],
                condition=models.Q(edited_at__isnull=False) | models.Q(deleted_at__isnull=False),
                name="revised_messages",
            ),
            models.Index(
                fields=["media"], condition=models.Q(media__isnull=False), name="messages_with_media"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} of {self.conversation_id}"


class MessageRevision(models.Model):
    """The audit trail of a message: what it said before somebody edited or deleted it. No client sees it."""

    class Kind(models.TextChoices):
        EDITED = "edited", "Edited"
        DELETED = "deleted", "Deleted"

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField(blank=True)
    media = models.ForeignKey(Media, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.created_at:%Y-%m-%d %H:%M}"
