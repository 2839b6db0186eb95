"""Widgets, queues and servers, as answers show them."""

from __future__ import annotations

from rest_framework import serializers

from chat.api.shapes.fields import Count, Shape, Time
from chat.models import MediaType
from queueing.models import OpeningHours


class Queue(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    waiting = Count()
    open = serializers.BooleanField()
    agentsOnline = Count()
    longestWaitSeconds = Count(allow_null=True)
    eta = Count(allow_null=True, help_text="Seconds for who comes now; null where nobody can tell.")


class OpenTimes(Shape):
    day = serializers.ChoiceField([weekday.name.lower() for weekday in OpeningHours.Weekday])
    opens = serializers.CharField(help_text="HH:MM")
    closes = serializers.CharField(help_text="HH:MM; not after `opens`: on the next day.")


class BusinessHours(Shape):
    timeZone = serializers.CharField(help_text="In which the hours are: Europe/Berlin, UTC, …")
    hours = OpenTimes(many=True)
    open = serializers.BooleanField()
    nextOpening = Time(allow_null=True, help_text="Null while it is open.")


class WidgetQueue(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    open = serializers.BooleanField()
    agentsOnline = Count()
    businessHours = BusinessHours(allow_null=True, help_text="Null: always open.")


class PreChatField(Shape):
    name = serializers.ChoiceField(["name", "email"])
    required = serializers.BooleanField()  # type: ignore[assignment]


class FirstToAnswer(Shape):
    name = serializers.CharField()
    greeting = serializers.CharField(help_text="Its first message in a chat; empty: it has none.")


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
    assistant = FirstToAnswer(
        allow_null=True, help_text="Who answers a chat without a named queue first; null: people."
    )
    queues = WidgetQueue(many=True)
    businessHours = BusinessHours(
        allow_null=True, help_text="Those of the queue of a chat for which none is named; null: always open."
    )
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
    businessHours = BusinessHours(allow_null=True, help_text="As in the profile.")
    assistant = FirstToAnswer(allow_null=True, help_text="As in the profile.")
    inactivity = Inactivity()
    media = MediaLimits()


class IceServer(Shape):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class IceServers(Shape):
    iceServers = IceServer(many=True, help_text="As RTCPeerConnection takes them.")
    ttlSeconds = Count(help_text="How long the credentials are good.")
