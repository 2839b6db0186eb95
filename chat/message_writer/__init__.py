"""The writer of messages and read marks (DESIGN: group commit)."""

from chat.message_writer.requests import ConversationResolved, MarkRead, Read, SendMessage, Sent
from chat.message_writer.stored import LEASE, owe_answers
from chat.message_writer.writer import MessageWriter, writer

__all__ = [
    "LEASE",
    "ConversationResolved",
    "MarkRead",
    "MessageWriter",
    "Read",
    "SendMessage",
    "Sent",
    "owe_answers",
    "writer",
]
