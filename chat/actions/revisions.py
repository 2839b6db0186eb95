"""Edit and delete messages; what they said before stays in the audit trail (SPEC §6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat import access, fanout, selectors
from chat.actions import transitions
from chat.actions.messages import PREVIEW_CHARACTERS
from chat.actions.texts import checked_text
from chat.errors import Conflict
from chat.events import MessageFacts, MessageRevised, QueueChanged
from chat.models import Conversation, Message, MessageRevision, Status
from chat.models.change_counter import take_changes


def edit_message(actor: Principal, message_id: str, text: str) -> MessageFacts:
    """Replace what a message says; the same text again changes nothing.

    The text of a file may become empty. Raises `NotFound`, `Forbidden`, `NotAssigned`, `ConversationClosed`,
    `InvalidInput`, and `Conflict` for a message that has been deleted.
    """
    text = checked_text(text, may_be_empty=True)
    found = access.readable_message(actor, message_id)
    with transaction.atomic():
        conversation, message = _lock(actor, found)
        text = checked_text(text, may_be_empty=message.media_id is not None)
        if message.deleted_at is not None:
            raise Conflict("This message has been deleted.")
        if message.text != text:
            now = timezone.now()
            _keep(message, MessageRevision.Kind.EDITED, actor.user_id, now)
            message.text, message.edited_at = text, now
            _save(conversation, message, now)
        return _facts(conversation, message)


def delete_message(actor: Principal, message_id: str) -> MessageFacts:
    """Take away what a message says; its place in the conversation stays. Deleting twice changes nothing.

    Raises `NotFound`, `Forbidden`, `NotAssigned`, `ConversationClosed`.
    """
    found = access.readable_message(actor, message_id)
    with transaction.atomic():
        conversation, message = _lock(actor, found)
        if message.deleted_at is None:
            now = timezone.now()
            _keep(message, MessageRevision.Kind.DELETED, actor.user_id, now)
            message.text, message.media, message.deleted_at = "", None, now
            _save(conversation, message, now)
        return _facts(conversation, message)


def _lock(actor: Principal, found: Message) -> tuple[Conversation, Message]:
    conversation = transitions.lock(found.conversation_id)
    message = conversation.messages.select_related("sender", "media").get(id=found.id)
    access.check_may_revise(actor, conversation, message.sender_id)
    return conversation, message


def _keep(message: Message, kind: MessageRevision.Kind, actor_id: UUID, now: datetime) -> None:
    MessageRevision.objects.create(
        message=message,
        kind=kind,
        actor_id=actor_id,
        text=message.text,
        media_id=message.media_id,
        created_at=now,
    )


def _save(conversation: Conversation, message: Message, now: datetime) -> None:
    conversation.version += 1
    conversation.updated_at = now
    conversation.change = take_changes(conversation.organization_id)
    conversation.save(update_fields=["version", "updated_at", "change"])
    message.version, message.change = conversation.version, conversation.change
    message.save(update_fields=["text", "media", "edited_at", "deleted_at", "version", "change"])
    facts = _facts(conversation, message)
    fanout.publish_on_commit(MessageRevised(facts.conversation_id, message.version, facts))
    if conversation.status == Status.WAITING:
        # The agents of its queue have read the old text in their line.
        fanout.publish_on_commit(_preview(conversation))


def _preview(conversation: Conversation) -> QueueChanged:
    return QueueChanged(
        kind="message",
        queue_id=str(conversation.queue_id),
        conversation_id=str(conversation.id),
        customer=selectors.person(conversation.customer),
        preview=selectors.last_texts([conversation]).get(str(conversation.id), "")[:PREVIEW_CHARACTERS],
    )


def _facts(conversation: Conversation, message: Message) -> MessageFacts:
    return selectors.message_facts(conversation, [message])[0]
