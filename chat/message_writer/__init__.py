"""The writer of messages and read marks (DESIGN: group commit)."""

from chat.message_writer.requests import MarkRead, Read, SendMessage, Sent
from chat.message_writer.writer import MessageWriter, writer

__all__ = ["MarkRead", "MessageWriter", "Read", "SendMessage", "Sent", "writer"]
