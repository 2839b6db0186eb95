"""What has changed in conversations, read from the database: the truth behind the channel layer."""

from __future__ import annotations

from collections.abc import Mapping

from chat import selectors
from chat.events import ConversationChanged, DurableEvent, MessageCreated, MessageFacts
from chat.models import Conversation

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
    messages = selectors.messages_of(conversation).filter(version__gt=version)
    changes: list[DurableEvent] = [
        message_created(conversation, message) for message in selectors.message_facts(conversation, messages)
    ]
    changes += selectors.receipts_after(conversation, version)
    if conversation.state_version > version:
        facts = selectors.conversation_facts(conversation)
        changes.append(ConversationChanged(str(conversation.id), conversation.state_version, facts))
    return changes, conversation.version


def message_created(conversation: Conversation, message: MessageFacts) -> MessageCreated:
    """Tell of a message of this conversation to those it concerns."""
    concerned = {str(conversation.customer_id)}
    if conversation.agent_id:
        concerned.add(str(conversation.agent_id))
    if message.sender:
        concerned.discard(message.sender.id)
    return MessageCreated(str(conversation.id), message.version, message, tuple(sorted(concerned)))
