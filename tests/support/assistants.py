"""Assistants for tests, and what becomes of their answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chat.assistant import process
from chat.models import Assistant, AssistantTurn, Conversation, WidgetAssistant
from tests.support.people import People
from tests.support.told import Told


def assistant_of(people: People, **fields: Any) -> Assistant:
    """An assistant that answers first in the chats of the home widget."""
    organization = people.widget.organization
    assistant = Assistant.objects.create(organization=organization, **{"name": "Ada", **fields})
    WidgetAssistant.objects.create(widget=people.widget, assistant=assistant)
    return assistant


def answer(told: Told, conversation: Conversation) -> None:
    """Let this process give the answer that is owed, and wait until it is given."""
    told.process.run(process.answer(conversation.id))
    told.events()


def is_owed(conversation_id: UUID) -> bool:
    """Whether the assistant still has its turn."""
    return AssistantTurn.objects.filter(conversation_id=conversation_id).exists()
