"""Transcripts and tickets, as answers show them."""

from __future__ import annotations

from rest_framework import serializers

from chat.api.shapes.fields import Count, Shape, Time
from chat.models import MediaType, MessageType, Status
from chat.models import Ticket as TicketModel


class TranscriptCustomer(Shape):
    name = serializers.CharField()
    email = serializers.CharField()


class TranscriptMedia(Shape):
    name = serializers.CharField()
    type = serializers.ChoiceField(MediaType.choices)
    size = Count(help_text="Bytes.")


class TranscriptMessage(Shape):
    seq = serializers.IntegerField(min_value=1)
    sentAt = Time()
    senderName = serializers.CharField()
    senderRole = serializers.CharField()
    type = serializers.ChoiceField(MessageType.choices)
    text = serializers.CharField()
    media = TranscriptMedia(allow_null=True)
    editedAt = Time(allow_null=True)
    deletedAt = Time(allow_null=True)


class Transcript(Shape):
    conversationId = serializers.UUIDField()
    organization = serializers.CharField()
    customer = TranscriptCustomer()
    queue = serializers.CharField()
    agents = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(Status.choices)
    startedAt = Time()
    endedAt = Time(allow_null=True)
    messages = TranscriptMessage(many=True)


class MailedTranscript(Shape):
    _id = serializers.UUIDField(help_text="Of the mail.")
    conversationId = serializers.UUIDField()
    email = serializers.EmailField(help_text="Where it is sent.")


class Ticket(Shape):
    _id = serializers.UUIDField()
    status = serializers.ChoiceField(TicketModel.Status.values)
    createdAt = Time()
