"""Widgets, queues and servers, as answers show them."""

from __future__ import annotations

from rest_framework import serializers

from chat.api.shapes.fields import Count, Shape
from chat.models import MediaType


class Queue(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    waiting = Count()
    agentsOnline = Count()
    longestWaitSeconds = Count(allow_null=True)
    eta = Count(allow_null=True, help_text="Seconds for who comes now; null where nobody can tell.")


class WidgetQueue(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    open = serializers.BooleanField()
    agentsOnline = Count()


class PreChatField(Shape):
    name = serializers.ChoiceField(["name", "email"])
    required = serializers.BooleanField()  # type: ignore[assignment]


class MediaLimits(Shape):
    types = serializers.ListField(child=serializers.ChoiceField(MediaType.choices))
    maxFiles = Count(help_text="At once.")
    maxBytes = Count(help_text="Of each.")


class WidgetProfile(Shape):
    name = serializers.CharField()
    color = serializers.CharField()
    greeting = serializers.CharField()
    preChat = PreChatField(many=True, help_text="What the form before a chat asks for.")
    requiresIdentity = serializers.BooleanField(help_text="Only people with a userHash may chat.")
    queues = WidgetQueue(many=True)
    businessHours = serializers.JSONField()
    media = MediaLimits()


class Inactivity(Shape):
    warningSeconds = Count()
    closeSeconds = Count()


class Config(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    greeting = serializers.CharField()
    color = serializers.CharField()
    queues = WidgetQueue(many=True)
    assistant = serializers.JSONField()
    inactivity = Inactivity()
    media = MediaLimits()


class IceServer(Shape):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class IceServers(Shape):
    iceServers = IceServer(many=True, help_text="As RTCPeerConnection takes them.")
    ttlSeconds = Count(help_text="How long the credentials are good.")
