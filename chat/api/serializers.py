"""What request bodies must look like."""

from __future__ import annotations

from typing import Any

from django.core.validators import URLValidator
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from chat.models.ticket import MAX_DESCRIPTION_CHARACTERS


class StrictCharField(serializers.CharField):
    """A text that must be one: DRF would turn a number into a text and let a client's mistake through."""

    def to_internal_value(self, data: Any) -> str:
        """Read a JSON string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictIntegerField(serializers.IntegerField):
    """A whole number that must be one: DRF would take the text "3" and the number 3.0 too."""

    def to_internal_value(self, data: Any) -> int:
        """Read a JSON number."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Credentials(serializers.Serializer[Any]):
    email = StrictCharField(max_length=254)
    password = StrictCharField(max_length=1000, trim_whitespace=False)


class Refresh(serializers.Serializer[Any]):
    refresh = StrictCharField(max_length=4000)


class VisitorToken(serializers.Serializer[Any]):
    name = StrictCharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, allow_null=True)
    userId = StrictCharField(max_length=254, required=False, allow_blank=True, allow_null=True)
    userHash = StrictCharField(max_length=200, required=False, allow_blank=True, allow_null=True)


class ChangeProfile(serializers.Serializer[Any]):
    name = StrictCharField(max_length=160, required=False, allow_blank=True)
    first_name = StrictCharField(max_length=80, required=False, allow_blank=True)
    last_name = StrictCharField(max_length=80, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = StrictCharField(max_length=32, required=False, allow_blank=True)
    avatar = StrictCharField(
        max_length=500, required=False, allow_blank=True, validators=[URLValidator(schemes=["https"])]
    )


class StartConversation(serializers.Serializer[Any]):
    queueId = StrictCharField(max_length=64, required=False, allow_null=True)
    # Its size is checked, and named, where every context passes: chat.actions.contexts.
    context = serializers.DictField(required=False, allow_null=True)  # type: ignore[assignment]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A text",
            value={
                "conversationId": "01a1fc63-2133-7b3d-9c9d-9f0ffb08f656",
                "messageType": "text",
                "content": "Hello, I need help",
                "clientMessageId": "made-by-you-1",
            },
            request_only=True,
        ),
        OpenApiExample(
            "An uploaded image",
            value={
                "conversationId": "01a1fc63-2133-7b3d-9c9d-9f0ffb08f656",
                "messageType": "image",
                "mediaId": "01a1fc63-2d1c-7e30-8e0e-3f2b6a7c9d11",
            },
            request_only=True,
        ),
    ]
)
class SendMessage(serializers.Serializer[Any]):
    conversationId = StrictCharField(max_length=64)
    messageType = serializers.ChoiceField(["text", "image", "audio", "video"], required=False)
    # Its own limit is checked, and named, where every message passes: chat.actions.messages.
    content = StrictCharField(required=False, allow_null=True, trim_whitespace=False, allow_blank=True)
    mediaId = StrictCharField(max_length=64, required=False, allow_null=True)
    clientMessageId = StrictCharField(
        required=False, allow_null=True, trim_whitespace=False, allow_blank=True
    )


class EditMessage(serializers.Serializer[Any]):
    content = StrictCharField(trim_whitespace=False, allow_blank=True)


class AddNote(serializers.Serializer[Any]):
    content = StrictCharField(trim_whitespace=False, allow_blank=True)
    clientMessageId = StrictCharField(
        required=False, allow_null=True, trim_whitespace=False, allow_blank=True
    )


class RateConversation(serializers.Serializer[Any]):
    score = StrictIntegerField(min_value=1, max_value=5)
    comment = StrictCharField(max_length=2000, required=False, allow_blank=True)


class ChangeStatus(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["open", "waiting", "resolved", "closed"])


class Reassign(serializers.Serializer[Any]):
    conversationId = StrictCharField(max_length=64)
    supportId = StrictCharField(max_length=64)


class EndConversation(serializers.Serializer[Any]):
    reason = StrictCharField(max_length=200, required=False, allow_blank=True)


class MailTranscript(serializers.Serializer[Any]):
    email = StrictCharField(max_length=254, required=False, allow_null=True)


class LeaveTicket(serializers.Serializer[Any]):
    name = StrictCharField(max_length=120)
    email = StrictCharField(max_length=254)
    description = StrictCharField(max_length=MAX_DESCRIPTION_CHARACTERS)


class UploadMedia(serializers.Serializer[Any]):
    """For the schema: `chat.api.uploads` reads the files as they come."""

    media = serializers.ListField(child=serializers.FileField(max_length=120), min_length=1, max_length=5)
    type = serializers.ChoiceField(["image", "audio", "video"])
