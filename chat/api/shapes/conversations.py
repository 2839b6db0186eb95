"""Conversations and what is said in them, as answers show them."""

from __future__ import annotations

from rest_framework import serializers

from chat.api.shapes.fields import Count, Shape, Time
from chat.api.shapes.people import Customer, Person
from chat.models import MediaType, MessageType, Status


class QueueName(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()


class AssistantName(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()


class Rating(Shape):
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField()


class Conversation(Shape):
    _id = serializers.UUIDField()
    userId = Customer()
    assignedSupportId = Person(allow_null=True)
    status = serializers.ChoiceField(Status.choices)
    handler = serializers.ChoiceField(
        ["assistant", "queue", "agent"], allow_null=True, help_text="Who has it. Null: nobody any more."
    )
    assistant = AssistantName(allow_null=True, help_text="It answers while the handler is the assistant.")
    unreadCount = serializers.DictField(
        child=Count(), help_text="For each participant's id: how many messages of others it has not read."
    )
    readSeq = serializers.DictField(
        child=Count(), help_text="For each participant's id: up to which message it has read."
    )
    rating = Rating(allow_null=True)
    context = serializers.DictField(  # type: ignore[assignment]
        help_text="What the customer's client said of itself when it began."
    )
    lastSeq = Count()
    queue = QueueName(allow_null=True)
    priority = serializers.IntegerField(help_text="In its queue; the highest is served first.")
    requiredSkills = serializers.ListField(
        child=serializers.CharField(), help_text="What an agent needs to be given it out of its queue."
    )
    queueTimedOut = serializers.BooleanField(help_text="Nobody came in time: a ticket may be left.")
    createdAt = Time()
    updatedAt = Time()


class ConversationInLine(Conversation):
    queuePosition = serializers.IntegerField(
        min_value=1, allow_null=True, help_text="1: the next. Null: it does not wait."
    )
    eta = Count(allow_null=True, help_text="In how many seconds it is served; null where nobody can say.")


class ListedConversation(Conversation):
    lastMessage = serializers.CharField(allow_null=True, help_text="What a person said last.")
    waitingSince = Time(allow_null=True, help_text="Since when it waits in its queue; null: it does not.")


class Media(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(MediaType.choices)
    url = serializers.URLField(help_text="For this caller alone, and not for long.")
    thumbnailUrl = serializers.URLField(allow_null=True)
    format = serializers.CharField(help_text="image/png, audio/mpeg, …")
    size = Count(help_text="Bytes.")
    width = Count(allow_null=True)
    height = Count(allow_null=True)


class Message(Shape):
    _id = serializers.UUIDField()
    conversationId = serializers.UUIDField()
    seq = serializers.IntegerField(min_value=1)
    senderId = Person(allow_null=True, help_text="Null: the system.")
    fromAssistant = serializers.BooleanField(help_text="An AI assistant said it.")
    messageType = serializers.ChoiceField(MessageType.choices)
    content = serializers.CharField()
    media = Media(allow_null=True)
    isRead = serializers.BooleanField(help_text="Somebody of the other side has read it.")
    clientMessageId = serializers.CharField(allow_null=True)
    createdAt = Time()
    editedAt = Time(allow_null=True)
    deletedAt = Time(allow_null=True, help_text="Set: its text and media are gone, its place stays.")


class Note(Shape):
    _id = serializers.UUIDField()
    conversationId = serializers.UUIDField()
    afterSeq = Count(help_text="The last message that stood there when it was written.")
    authorId = Person(allow_null=True)
    content = serializers.CharField()
    clientMessageId = serializers.CharField(allow_null=True)
    createdAt = Time()


class ConversationSummary(Shape):
    _id = serializers.UUIDField()
    status = serializers.ChoiceField(Status.choices)
    userId = Person()


class FoundMessage(Message):
    snippet = serializers.CharField(help_text="The place where the words are, as plain text on one line.")
    conversation = ConversationSummary()


class Changes(Shape):
    conversations = Conversation(many=True)
    messages = Message(many=True)
    cursor = serializers.CharField(help_text="Where to go on the next time.")
    more = serializers.BooleanField(help_text="There is more already: ask again at once.")


class ReadMark(Shape):
    conversationId = serializers.UUIDField()
    seq = Count(help_text="Read up to this message.")
