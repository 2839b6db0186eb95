"""Send messages and mark them read."""

from __future__ import annotations

from uuid import UUID

from accounts.tokens import Principal
from chat import access, fanout
from chat.errors import InvalidInput
from chat.events import MessageCreated, QueueChanged
from chat.message_writer import MarkRead, Read, SendMessage, Sent, writer
from chat.models.message import MAX_CLIENT_MESSAGE_ID_CHARACTERS, MAX_TEXT_CHARACTERS

PREVIEW_CHARACTERS = 140


def message_to_send(
    sender: Principal, conversation_id: str, text: str, client_message_id: str | None = None
) -> SendMessage:
    """Check what somebody wants to say (SPEC §4). Raises `InvalidInput` naming the limit, and `NotFound`."""
    text = text.strip()
    if not text:
        raise InvalidInput("The text is empty: write 1 to 10,000 characters.", field="text")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise InvalidInput(
            f"The text has {len(text):,} characters; at most 10,000 are allowed.", field="text"
        )
    if "\0" in text or "\0" in (client_message_id or ""):
        raise InvalidInput("The text holds a NUL character, which cannot be stored.", field="text")
    if client_message_id is not None and not 1 <= len(client_message_id) <= MAX_CLIENT_MESSAGE_ID_CHARACTERS:
        raise InvalidInput("A clientMessageId has 1 to 64 characters.", field="clientMessageId")
    return SendMessage(sender, access.parse_id(conversation_id), text, client_message_id)


async def send(message: SendMessage) -> MessageCreated:
    """Store a message and tell everyone; returns when it is durable.

    A resend returns the first message and tells nobody again. Raises `NotFound`, `NotAssigned`,
    `ConversationClosed`, `Conflict` (the `clientMessageId` of another text), `Unavailable`.
    """
    return _tell_sent(await writer.submit(message))


def send_and_wait(message: SendMessage) -> MessageCreated:
    """As `send`, for a thread without an event loop."""
    return _tell_sent(writer.submit_and_wait(message))


def read_mark(reader: Principal, conversation_id: str, message_id: str | None = None) -> MarkRead:
    """Describe how far somebody has read: a message, or all there is. Raises `NotFound`."""
    return MarkRead(
        reader,
        access.parse_id(conversation_id),
        None if message_id is None else access.parse_id(message_id, "message"),
    )


async def mark_read(mark: MarkRead) -> Read:
    """Remember how far somebody has read, and tell the others. Raises `NotFound`, `Unavailable`.

    A mark never goes back, and one of somebody who only watches leaves no trace.
    """
    return _tell_read(await writer.submit(mark))


def mark_read_and_wait(mark: MarkRead) -> Read:
    """As `mark_read`, for a thread without an event loop."""
    return _tell_read(writer.submit_and_wait(mark))


def _tell_sent(sent: Sent | Read) -> MessageCreated:
    assert isinstance(sent, Sent)
    if sent.is_new:
        fanout.publish(sent.created)
        if sent.waits_in is not None:
            fanout.publish(_preview(sent.created, sent.waits_in))
    return sent.created


def _preview(created: MessageCreated, queue_id: UUID) -> QueueChanged:
    return QueueChanged(
        kind="message",
        queue_id=str(queue_id),
        conversation_id=created.conversation_id,
        customer=created.message.sender,
        preview=created.message.text[:PREVIEW_CHARACTERS],
    )


def _tell_read(read: Sent | Read) -> Read:
    assert isinstance(read, Read)
    if read.receipt is not None:
        fanout.publish(read.receipt)
    return read
