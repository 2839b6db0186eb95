"""Images, audio and video that people send."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.ids import new_id
from accounts.models import Organization
from chat.models.conversation import Conversation

MAX_MEDIA_NAME_CHARACTERS = 120


class MediaType(models.TextChoices):
    """What a file may be (SPEC §6 `POST media`)."""

    IMAGE = "image", "Image"
    AUDIO = "audio", "Audio"
    VIDEO = "video", "Video"


class Media(models.Model):
    """An uploaded file whose content has been found to be what it says.

    It is its uploader's alone until it is sent; then it is its conversation's. `file` and `thumbnail` are
    names in the storage "media", made by us: nothing of the client's `name` is in them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="media"
    )
    type = models.CharField(max_length=10, choices=MediaType.choices)
    format = models.CharField(max_length=60, help_text="The media type found in the content: image/png.")
    name = models.CharField(max_length=MAX_MEDIA_NAME_CHARACTERS)
    size = models.PositiveIntegerField(help_text="Bytes, as stored.")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    file = models.CharField(max_length=120)
    thumbnail = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "media"
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(conversation__isnull=True), name="unsent_media"
            )
        ]

    def __str__(self) -> str:
        return self.name
