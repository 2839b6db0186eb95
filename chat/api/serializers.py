"""What request bodies must look like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class StrictCharField(serializers.CharField):
    """A text that must be one: DRF would turn a number into a text and let a client's mistake through."""

    def to_internal_value(self, data: Any) -> str:
        """Read a JSON string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Credentials(serializers.Serializer[Any]):
    email = StrictCharField(max_length=254)
    password = StrictCharField(max_length=1000, trim_whitespace=False)


class Refresh(serializers.Serializer[Any]):
    refresh = StrictCharField(max_length=4000)


class VisitorToken(serializers.Serializer[Any]):
    name = StrictCharField(max_length=120, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)


class StartConversation(serializers.Serializer[Any]):
    queueId = StrictCharField(max_length=64, required=False, allow_null=True)


class SendMessage(serializers.Serializer[Any]):
    conversationId = StrictCharField(max_length=64)
    messageType = serializers.ChoiceField(["text"], default="text")
    # Its own limit is checked, and named, where every message passes: chat.actions.messages.
    content = StrictCharField(trim_whitespace=False, allow_blank=True)
    clientMessageId = StrictCharField(
        required=False, allow_null=True, trim_whitespace=False, allow_blank=True
    )


class EndConversation(serializers.Serializer[Any]):
    reason = StrictCharField(max_length=200, required=False, allow_blank=True)
