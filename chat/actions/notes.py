"""Write internal notes, which only agents ever see (SPEC §4)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat import access, fanout
from chat.actions import transitions
from chat.actions.texts import checked_client_message_id, checked_text
from chat.errors import Conflict
from chat.fanout.changes import note_created
from chat.models import Conversation, Note


def add_note(
    author: Principal, conversation_id: str, text: str, client_message_id: str | None = None
) -> Note:
    """Add a note to any conversation of the organization, a closed one too; a resend returns the first.

    Raises `Forbidden` for customers, `NotFound`, `InvalidInput`, and `Conflict` for the `clientMessageId` of
    another text.
    """
    access.staff(author)
    text = checked_text(text)
    client_message_id = checked_client_message_id(client_message_id)
    found = access.readable_conversation(author, conversation_id)
    with transaction.atomic():
        conversation = transitions.lock(found.id)
        first = (
            conversation.notes.select_related("author")
            .filter(author_id=author.user_id, client_message_id=client_message_id)
            .first()
            if client_message_id is not None
            else None
        )
        if first is not None:
            if first.text != text:
                raise Conflict("This clientMessageId belongs to another note. Use a new one for each note.")
            return first
        return write(conversation, author.user_id, text, client_message_id)


def write(
    conversation: Conversation, author_id: UUID, text: str, client_message_id: str | None = None
) -> Note:
    """Add a note to a locked conversation; agents hear of it once it is committed."""
    # No change that a customer could notice: neither `change` nor `updated_at` moves.
    conversation.version += 1
    conversation.save(update_fields=["version"])
    note = Note.objects.create(
        conversation=conversation,
        version=conversation.version,
        after_seq=conversation.last_seq,
        author_id=author_id,
        text=text,
        client_message_id=client_message_id,
        created_at=timezone.now(),
    )
    fanout.publish_on_commit(note_created(note))
    return note
