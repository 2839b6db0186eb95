"""Assistants for tests, and what becomes of their answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from chat.assistant import process
from chat.events import MessageCreated, StreamEnded
from chat.models import Assistant, AssistantTurn, Conversation, Note, WidgetAssistant
from tests.support.people import People
from tests.support.told import Told

PATIENCE_SECONDS = 15


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


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until something is so; fail with what it was to be."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"{what} has not come"
        time.sleep(0.01)


def ended(told: Told) -> StreamEnded:
    """The end of the newest answer, once its message has been heard too, if it has one."""
    wait_for(lambda: told.of(StreamEnded), "the end of the answer")
    end = told.of(StreamEnded)[-1]
    ids = {end.message_id, None}
    wait_for(lambda: ids - {event.message.id for event in told.of(MessageCreated)} == {None}, "its message")
    return end


def notes(chat: Conversation) -> list[str]:
    """What agents read beside a chat, oldest first."""
    return list(Note.objects.filter(conversation=chat).order_by("version").values_list("text", flat=True))
