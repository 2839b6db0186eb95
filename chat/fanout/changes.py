"""What has changed in conversations, read from the database: the truth behind the channel layer."""

from __future__ import annotations

from collections.abc import Mapping

from chat import selectors
from chat.events import (
    ConversationChanged,
    DurableEvent,
    MessageCreated,
    MessageFacts,
    MessageRevised,
    NoteCreated,
)
from chat.models import Conversation, Note

IDS_IN_A_QUERY = 500


def conversations_ahead_of(known: Mapping[str, int]) -> list[str]:
    """Of these conversations and their known versions, list those that the database has newer."""
    ids = list(known)
    ahead: list[str] = []
    for start in range(0, len(ids), IDS_IN_A_QUERY):
        rows = Conversation.objects.filter(id__in=ids[start : start + IDS_IN_A_QUERY]).values_list(
            "id", "version"
        )
        ahead += [
            str(conversation_id) for conversation_id, version in rows if version > known[str(conversation_id)]
        ]
    return ahead


def changes_since(conversation_id: str, version: int) -> tuple[list[DurableEvent], int]:
    """List what has changed in a conversation since `version`, and the version it is complete up to."""
    conversation = selectors.conversations().filter(id=conversation_id).first()
    if conversation is None:
        return [], version
    # Whatever is said anew tells of the message as it is now, so a revision of a new one is in it already.
    new, revised = selectors.messages_changed_since(conversation, version)
    told = selectors.message_facts(conversation, new + revised)
    changes: list[DurableEvent] = [
        message_created(conversation, facts, message.created_version)
        for message, facts in zip(new, told, strict=False)
    ]
    changes += [MessageRevised(conversation_id, facts.version, facts) for facts in told[len(new) :]]
    changes += selectors.receipts_after(conversation, version)
    notes = selectors.notes_of(conversation).filter(version__gt=version, version__lte=conversation.version)
    changes += [note_created(note) for note in notes]
    if conversation.state_version > version:
        state = selectors.conversation_facts(conversation)
        changes.append(ConversationChanged(conversation_id, conversation.state_version, state))
    return changes, conversation.version


def message_created(conversation: Conversation, message: MessageFacts, version: int) -> MessageCreated:
    """Tell of a message of this conversation, made at `version`, to those it concerns."""
    concerned = {str(conversation.customer_id)}
    if conversation.agent_id:
        concerned.add(str(conversation.agent_id))
    if message.sender:
        concerned.discard(message.sender.id)
    return MessageCreated(str(conversation.id), version, message, tuple(sorted(concerned)))


def note_created(note: Note) -> NoteCreated:
    """Tell of an internal note."""
    facts = selectors.note_facts(note)
    return NoteCreated(facts.conversation_id, facts.version, facts)
