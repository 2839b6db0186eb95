"""Conversations, who takes part in them, what was said and what happened."""

from chat.models.assistant import (
    Assistant,
    AssistantTurn,
    AssistantUsage,
    QueueAssistant,
    WidgetAssistant,
)
from chat.models.change_counter import ChangeCounter
from chat.models.conversation import Conversation, Status
from chat.models.knowledge import Article, Passage, PassageWord
from chat.models.media import Media, MediaType
from chat.models.message import Message, MessageRevision, MessageType
from chat.models.note import Note
from chat.models.outgoing_mail import OutgoingMail
from chat.models.participant import Participant
from chat.models.rating import Rating
from chat.models.ticket import Ticket
from chat.models.transition import Transition

__all__ = [
    "Article",
    "Assistant",
    "AssistantTurn",
    "AssistantUsage",
    "ChangeCounter",
    "Conversation",
    "Media",
    "MediaType",
    "Message",
    "MessageRevision",
    "MessageType",
    "Note",
    "OutgoingMail",
    "Participant",
    "Passage",
    "PassageWord",
    "QueueAssistant",
    "Rating",
    "Status",
    "Ticket",
    "Transition",
    "WidgetAssistant",
]
