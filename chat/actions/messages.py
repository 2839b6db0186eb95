"""Send messages and mark them read."""

from __future__ import annotations

from uuid import UUID

from accounts.tokens import Principal
from chat import access, fanout
from chat.actions import answering_hooks, resolving
from chat.actions.texts import PREVIEW_CHARACTERS, checked_client_message_id, checked_text
from chat.errors import InvalidInput
from chat.events import MessageCreated, QueueChanged
from chat.message_writer import ConversationResolved, MarkRead, Read, SendMessage, Sent, writer
from chat.models import MediaType, MessageType
from chat.threads import in_database_thread

SENDABLE_TYPES = (str(MessageType.TEXT), *MediaType.values)


def message_to_send(
    sender: Principal,
    conversation_id: str,
    text: str | None,
    client_message_id: str | None = None,
    *,
    media_id: str | None = None,
    message_type: str | None = None,
) -> SendMessage:
    """Check what somebody wants to say: a text, or a file with or without one (SPEC §4).

    Raises `InvalidInput` naming what is allowed, and `NotFound`.
    """
    if message_type not in (None, *SENDABLE_TYPES):
        raise InvalidInput(f"messageType must be one of {', '.join(SENDABLE_TYPES)}.", field="messageType")
    if media_id is None and message_type not in (None, MessageType.TEXT):
        raise InvalidInput(f"A message of the type {message_type} needs its mediaId.", field="mediaId")
    if media_id is not None and message_type == MessageType.TEXT:
        raise InvalidInput("A text message has no mediaId: name the type of the media.", field="messageType")
    if media_id is None and text is None:
        raise InvalidInput("A text message needs its content.", field="content")
    return SendMessage(
        sender,
        access.parse_id(conversation_id),
        checked_text(text or "", may_be_empty=media_id is not None),
        checked_client_message_id(client_message_id),
        None if media_id is None else access.parse_id(media_id, "media"),
        message_type,
    )


async def send(message: SendMessage) -> MessageCreated:
    """Store a message and tell everyone; returns when it is durable.

    A resend returns the first message and tells nobody again. A customer's message opens a resolved
    conversation again. Raises `NotFound`, `NotAssigned`, `ConversationClosed`, `Conflict` (the
    `clientMessageId` of another message), `InvalidInput` (a file of another type), `Unavailable`.
    """
    try:
        return _tell_sent(await writer.submit(message))
    except ConversationResolved:
        # Opened first, in a transaction of its own: a crash in between leaves an open conversation that
        # lacks a message which nobody acknowledged.
        await in_database_thread(resolving.reopen, message.sender, message.conversation_id)
        return _tell_sent(await writer.submit(message))


def send_and_wait(message: SendMessage) -> MessageCreated:
    """As `send`, for a thread without an event loop."""
    try:
        return _tell_sent(writer.submit_and_wait(message))
    except ConversationResolved:
        resolving.reopen(message.sender, message.conversation_id)
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
        if sent.is_owed:
            answering_hooks.owed(UUID(sent.created.conversation_id))
        if sent.listed_in is not None:
            fanout.publish(_preview(sent.created, sent.listed_in))
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
