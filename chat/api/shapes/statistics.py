"""Statistics, as an answer shows them."""

from __future__ import annotations

from rest_framework import serializers

from chat.api.shapes.conversations import QueueName
from chat.api.shapes.fields import Count, Shape, Time
from chat.api.shapes.people import Person


class Spans(Shape):
    count = Count()
    averageSeconds = serializers.FloatField(allow_null=True)
    longestSeconds = serializers.FloatField(allow_null=True)


class Ratings(Shape):
    count = Count()
    average = serializers.FloatField(allow_null=True, min_value=1, max_value=5)
    byScore = serializers.DictField(child=Count(), help_text="For each score from 1 to 5: how often.")


class StatusCounts(Shape):
    open = Count()
    waiting = Count()
    resolved = Count()
    closed = Count()


class Figures(Shape):
    conversations = Count()
    byStatus = StatusCounts()
    waits = Spans(help_text="From when one began to wait until somebody had it.")
    firstResponses = Spans(help_text="From its start to the first message of the team.")
    handlings = Spans(help_text="From when an agent got it until it was over or somebody else's.")
    transfers = Count(help_text="How often an agent handed one on, to another agent or into a queue.")
    escalations = Count(help_text="How often one came from the assistant to people.")
    missed = Count(help_text="How many were closed while they waited.")
    ratings = Ratings()


class AgentFigures(Figures):
    agent = Person(allow_null=True, help_text="Null: nobody had them.")


class QueueFigures(Figures):
    queue = QueueName(allow_null=True)


class AssistantFigures(Shape):
    chats = Count(help_text="How many an assistant had.")
    answered = Count(help_text="Of those, how many were over without people, after the customer had written.")
    handedOver = Count(help_text="Of those, how many came from the assistant to people.")


class Statistics(Shape):
    """The figures of all agents, and those of all queues, add up to `total`."""

    locals()["from"] = Time()
    to = Time()
    total = Figures()
    assistant = AssistantFigures()
    agents = AgentFigures(many=True)
    queues = QueueFigures(many=True)
