"""Conversations, who takes part in them, what was said and what happened."""

from chat.models.conversation import Conversation, Status
from chat.models.message import Message, MessageType
from chat.models.participant import Participant
from chat.models.transition import Transition

__all__ = ["Conversation", "Message", "MessageType", "Participant", "Status", "Transition"]
